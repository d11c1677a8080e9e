// drivers/service/instances.h
//
// The published services, which a search for existing services goes through. A service enters with
// its first publication and leaves when it is detached while inactive. Any thread, no gate needed.
// (service.md 1.2)
#ifndef DRYDOCK_DRIVERS_SERVICE_INSTANCES_H_
#define DRYDOCK_DRIVERS_SERVICE_INSTANCES_H_

#include <vector>

#include <IOKit/IOService.h>
#include <libkern/c++/OSSharedPtr.h>

namespace drydock::instances {

// Both may be called more than once.
void Enter(IOService* service);
void Leave(IOService* service);

// Those that are active and have `state` (kIOService…State), in order of their registry ids.
std::vector<OSSharedPtr<IOService>> In(UInt32 state);

}  // namespace drydock::instances

#endif  // DRYDOCK_DRIVERS_SERVICE_INSTANCES_H_
