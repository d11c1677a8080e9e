// A nub's interrupts: its properties name the controller of each, which gets the calls.
// (workloop.md 5.3)
#include <IOKit/IOInterruptController.h>
#include <IOKit/IOService.h>

#include "drivers/service/owned.h"
#include "drivers/service/platform.h"
#include "drivers/service/registry.h"
#include "drivers/service/service_state.h"
#include "eventsources/interrupt_provider.h"
#include "libkern/kernel_heap.h"

using drydock::InterruptSource;
using drydock::Owned;
using drydock::ServiceState;
using drydock::StateOf;

namespace {

// Reads the sources out of the properties, once. False if there are none. Thread context only.
bool Resolve(const IOService *nub) {
  ServiceState &its = StateOf(nub);
  if (its.interrupt_sources != nullptr) return true;
  const auto names = Owned(nub->copyProperty(kIOInterruptControllersKey));
  const auto specifiers = Owned(nub->copyProperty(kIOInterruptSpecifiersKey));
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
  its.interrupt_source_count = count;
  its.interrupt_sources = sources;
  return true;
}

// The controller of a source. A look-up that may have to resolve is for thread context only.
enum class Lookup { kResolve, kResolvedOnly };
IOReturn FindController(const IOService *nub, int source, Lookup lookup,
                        IOInterruptController **controller) {
  const ServiceState &its = StateOf(nub);
  if (its.interrupt_sources == nullptr) {
    if (lookup == Lookup::kResolvedOnly) return kIOReturnNoInterrupt;
    if (!Resolve(nub)) return kIOReturnNoResources;
  }
  if (source < 0 || source >= its.interrupt_source_count) return kIOReturnNoInterrupt;
  *controller = its.interrupt_sources[source].controller;
  return *controller != nullptr ? kIOReturnSuccess : kIOReturnNoResources;
}

// How the event sources, which are a layer below services, call a nub.
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

IOReturn IOService::registerInterrupt(int source, OSObject *target, IOInterruptAction handler,
                                      void *refCon) {
  IOInterruptController *controller;
  const IOReturn found = FindController(this, source, Lookup::kResolve, &controller);
  return found != kIOReturnSuccess
             ? found
             : controller->registerInterrupt(this, source, target, handler, refCon);
}

IOReturn IOService::unregisterInterrupt(int source) {
  IOInterruptController *controller;
  const IOReturn found = FindController(this, source, Lookup::kResolvedOnly, &controller);
  return found != kIOReturnSuccess ? found : controller->unregisterInterrupt(this, source);
}

IOReturn IOService::getInterruptType(int source, int *interruptType) {
  IOInterruptController *controller;
  const IOReturn found = FindController(this, source, Lookup::kResolve, &controller);
  return found != kIOReturnSuccess ? found
                                   : controller->getInterruptType(this, source, interruptType);
}

IOReturn IOService::enableInterrupt(int source) {
  IOInterruptController *controller;
  const IOReturn found = FindController(this, source, Lookup::kResolvedOnly, &controller);
  return found != kIOReturnSuccess ? found : controller->enableInterrupt(this, source);
}

IOReturn IOService::disableInterrupt(int source) {
  IOInterruptController *controller;
  const IOReturn found = FindController(this, source, Lookup::kResolvedOnly, &controller);
  return found != kIOReturnSuccess ? found : controller->disableInterrupt(this, source);
}
