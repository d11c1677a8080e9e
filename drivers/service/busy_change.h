// drivers/service/busy_change.h
//
// Changes of busy counts, and the busy messages they cause, sent after the locks are released.
// (service.md 3.10)
#ifndef DRYDOCK_DRIVERS_SERVICE_BUSY_CHANGE_H_
#define DRYDOCK_DRIVERS_SERVICE_BUSY_CHANGE_H_

#include <vector>

#include <IOKit/IOService.h>
#include <libkern/c++/OSSharedPtr.h>

namespace drydock {

class BusyChange {
 public:
  BusyChange() = default;
  // Calls the gIOBusyInterest handlers of the services that became busy or idle. The registry lock
  // must not be held.
  ~BusyChange();
  BusyChange(const BusyChange&) = delete;
  BusyChange& operator=(const BusyChange&) = delete;

  // Adds `delta` to the service's count, and 1 or -1 to its provider's where a count leaves or
  // reaches 0, and so on up. Any thread; takes the registry lock.
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
