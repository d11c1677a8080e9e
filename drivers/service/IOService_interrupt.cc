// A nub's interrupts: looked up in its properties, handed to the controller they name.
// (workloop.md 5.3)
#include <IOKit/IOInterruptController.h>
#include <IOKit/IOService.h>

#include "drivers/service/owned.h"
#include "drivers/service/platform.h"
#include "drivers/service/registry.h"
#include "eventsources/interrupt_provider.h"
#include "libkern/kernel_heap.h"

using drydock::Owned;

// Reads the sources out of the properties, once. Thread context. False if there are none.
bool IOService::resolveInterrupts() {
  if (fInterruptSources != nullptr) return true;
  const auto names = Owned(copyProperty(kIOInterruptControllersKey));
  const auto specifiers = Owned(copyProperty(kIOInterruptSpecifiersKey));
  OSArray *controllers = OSDynamicCast(OSArray, names.get());
  OSArray *vectors = OSDynamicCast(OSArray, specifiers.get());
  if (controllers == nullptr || vectors == nullptr) return false;
  const int count = static_cast<int>(controllers->getCount());
  auto *sources = static_cast<InterruptSource *>(drydock::HeapAllocate(
      drydock::BlockKind::kInternal, count * sizeof(InterruptSource), /*zero=*/true));
  for (int i = 0; i < count; ++i) {
    OSString *name = OSDynamicCast(OSString, controllers->getObject(i));
    OSData *vector = OSDynamicCast(OSData, vectors->getObject(i));
    if (name == nullptr || vector == nullptr || vector->getLength() < sizeof(UInt32)) continue;
    sources[i].controller = drydock::FindInterruptController(name);
    sources[i].vector = static_cast<SInt32>(*static_cast<const UInt32 *>(vector->getBytesNoCopy()));
  }
  fInterruptSourceCount = count;
  fInterruptSources = sources;
  return true;
}

namespace {

// How the event sources, two layers down, reach a nub.
const drydock::InterruptProvider kProvider = {
    [](IOService *provider, int source, int *type) {
      return provider->getInterruptType(source, type);
    },
    [](IOService *provider, int source, OSObject *target, IOInterruptAction handler, void *refcon) {
      return provider->registerInterrupt(source, target, handler, refcon);
    },
    [](IOService *provider, int source) { return provider->unregisterInterrupt(source); },
    [](IOService *provider, int source) { return provider->enableInterrupt(source); },
    [](IOService *provider, int source) { return provider->disableInterrupt(source); },
};

[[maybe_unused]] const bool installed = [] {
  drydock::SetInterruptProvider(&kProvider);
  return true;
}();

}  // namespace

IOReturn IOService::lookupInterrupt(int source, bool resolve, IOInterruptController **controller) {
  if (fInterruptSources == nullptr) {
    if (!resolve) return kIOReturnNoInterrupt;
    if (!resolveInterrupts()) return kIOReturnNoResources;
  }
  if (source < 0 || source >= fInterruptSourceCount) return kIOReturnNoInterrupt;
  *controller = fInterruptSources[source].controller;
  return *controller != nullptr ? kIOReturnSuccess : kIOReturnNoResources;
}

IOReturn IOService::registerInterrupt(int source, OSObject *target, IOInterruptAction handler,
                                      void *refCon) {
  IOInterruptController *controller;
  const IOReturn found = lookupInterrupt(source, /*resolve=*/true, &controller);
  return found != kIOReturnSuccess
             ? found
             : controller->registerInterrupt(this, source, target, handler, refCon);
}

IOReturn IOService::unregisterInterrupt(int source) {
  IOInterruptController *controller;
  const IOReturn found = lookupInterrupt(source, /*resolve=*/false, &controller);
  return found != kIOReturnSuccess ? found : controller->unregisterInterrupt(this, source);
}

IOReturn IOService::getInterruptType(int source, int *interruptType) {
  IOInterruptController *controller;
  const IOReturn found = lookupInterrupt(source, /*resolve=*/true, &controller);
  return found != kIOReturnSuccess ? found
                                   : controller->getInterruptType(this, source, interruptType);
}

IOReturn IOService::enableInterrupt(int source) {
  IOInterruptController *controller;
  const IOReturn found = lookupInterrupt(source, /*resolve=*/false, &controller);
  return found != kIOReturnSuccess ? found : controller->enableInterrupt(this, source);
}

IOReturn IOService::disableInterrupt(int source) {
  IOInterruptController *controller;
  const IOReturn found = lookupInterrupt(source, /*resolve=*/false, &controller);
  return found != kIOReturnSuccess ? found : controller->disableInterrupt(this, source);
}
