// drivers/service/in_gate.h
//
// Runs code in the gate of a service's work loop, or without one if there is no work loop up its
// provider chain. (TD-35)
#ifndef DRYDOCK_DRIVERS_SERVICE_IN_GATE_H_
#define DRYDOCK_DRIVERS_SERVICE_IN_GATE_H_

#include <IOKit/IOService.h>
#include <IOKit/IOWorkLoop.h>

#include "drivers/service/owned.h"

namespace drydock {

template <typename Body>
void InGate(IOService* service, Body body) {
  IOWorkLoop* loop = service->getWorkLoop();
  if (loop == nullptr) {
    body();
    return;
  }
  // The body may make the owner of the work loop release it.
  const OSSharedPtr<IOWorkLoop> keep(loop, OSRetain);
  loop->runAction(
      [](OSObject*, void* argument, void*, void*, void*) -> IOReturn {
        (*static_cast<Body*>(argument))();
        return kIOReturnSuccess;
      },
      service, &body);
}

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_IN_GATE_H_
