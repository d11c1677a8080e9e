// drivers/service/instances.h
//
// The services that were published: what a search for existing services goes through. A service
// enters with its first publication and leaves when it is detached while inactive.
// (service.md 1.2)
#ifndef DRYDOCK_DRIVERS_SERVICE_INSTANCES_H_
#define DRYDOCK_DRIVERS_SERVICE_INSTANCES_H_

#include <vector>

#include <IOKit/IOService.h>
#include <libkern/c++/OSSharedPtr.h>

namespace drydock {

class Instances {
 public:
  // Both may be called more than once.
  static void Enter(IOService* service);
  static void Leave(IOService* service);

  // Those that are active and have `state` (kIOService…State), in order of their registry ids.
  static std::vector<OSSharedPtr<IOService>> In(UInt32 state);
};

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_INSTANCES_H_
