// A nub's interrupts: looked up in its properties, handed to the controller they name.
// (workloop.md, section 5.3)
#include <IOKit/IOInterruptController.h>
#include <IOKit/IOService.h>

#include "drivers/service/owned.h"
#include "drivers/service/platform.h"
#include "drivers/service/registry.h"
#include "eventsources/interrupt_provider.h"

using drydock::Owned;

namespace {

// The controller of the nub's source, or null with the reason in *error.
IOInterruptController *ControllerOf(IOService *nub, int source, IOReturn *error) {
  *error = kIOReturnNoResources;
  const auto names = Owned(nub->copyProperty(kIOInterruptControllersKey));
  OSArray *controllers = OSDynamicCast(OSArray, names.get());
  if (controllers == nullptr) return nullptr;
  *error = kIOReturnNoInterrupt;
  if (source < 0 || static_cast<unsigned>(source) >= controllers->getCount()) return nullptr;
  *error = kIOReturnNoResources;
  OSString *name = OSDynamicCast(OSString, controllers->getObject(source));
  return name != nullptr ? drydock::FindInterruptController(name) : nullptr;
}

template <typename Call>
IOReturn WithController(IOService *nub, int source, Call call) {
  IOReturn error;
  IOInterruptController *controller = ControllerOf(nub, source, &error);
  return controller == nullptr ? error : call(controller);
}

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

IOReturn IOService::registerInterrupt(int source, OSObject *target, IOInterruptAction handler,
                                      void *refCon) {
  return WithController(this, source, [&](IOInterruptController *controller) {
    return controller->registerInterrupt(this, source, target, handler, refCon);
  });
}

IOReturn IOService::unregisterInterrupt(int source) {
  return WithController(this, source, [&](IOInterruptController *controller) {
    return controller->unregisterInterrupt(this, source);
  });
}

IOReturn IOService::getInterruptType(int source, int *interruptType) {
  return WithController(this, source, [&](IOInterruptController *controller) {
    return controller->getInterruptType(this, source, interruptType);
  });
}

IOReturn IOService::enableInterrupt(int source) {
  return WithController(this, source, [&](IOInterruptController *controller) {
    return controller->enableInterrupt(this, source);
  });
}

IOReturn IOService::disableInterrupt(int source) {
  return WithController(this, source, [&](IOInterruptController *controller) {
    return controller->disableInterrupt(this, source);
  });
}
