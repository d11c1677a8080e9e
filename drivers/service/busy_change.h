// drivers/service/busy_change.h
//
// Changes of busy counts, and who is told of them once no lock is held. (service.md 3.10)
#ifndef DRYDOCK_DRIVERS_SERVICE_BUSY_CHANGE_H_
#define DRYDOCK_DRIVERS_SERVICE_BUSY_CHANGE_H_

#include <vector>

#include <IOKit/IOService.h>
#include <libkern/c++/OSSharedPtr.h>

namespace drydock {

class BusyChange {
 public:
  BusyChange() = default;
  // Tells the gIOBusyInterest handlers of the services that became busy or idle. The registry lock
  // is not held.
  ~BusyChange();
  BusyChange(const BusyChange&) = delete;
  BusyChange& operator=(const BusyChange&) = delete;

  // Adds to the service's count, and up the tree where that goes from or to 0.
  void Adjust(IOService* service, SInt32 delta);

 private:
  struct Change {
    OSSharedPtr<IOService> service;
    bool busy;
  };
  std::vector<Change> changes_;
};

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_BUSY_CHANGE_H_
