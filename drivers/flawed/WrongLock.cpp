// Client 0 counts bytes, client 1 reads the count; the count and a table have a lock each.
//
// Defect: client 0 changes the count under the table's lock.
// Finding: data-race.
// Sound twin: both hold the count's lock.
#include <IOKit/IOLocks.h>

#include "drivers/flawed/flawed_driver.h"

class WrongLock : public FlawedDriver {
  OSDeclareDefaultStructors(WrongLock)

 public:
  bool start(IOService *provider) override {
    fTableLock = IOLockAlloc();
    fStatisticsLock = IOLockAlloc();
    return FlawedDriver::start(provider);
  }
  void free() override {
    IOLockFree(fTableLock);
    IOLockFree(fStatisticsLock);
    FlawedDriver::free();
  }
  IOReturn call(UInt32 client) override { return client == 0 ? transfer() : report(); }

 private:
  IOReturn transfer() {
    IOLock *lock = fFlawed ? fTableLock : fStatisticsLock;
    IOLockLock(lock);
    fBytes += 512;
    IOLockUnlock(lock);
    return kIOReturnSuccess;
  }
  IOReturn report() {
    IOLockLock(fStatisticsLock);
    UInt64 bytes = fBytes;
    IOLockUnlock(fStatisticsLock);
    return bytes <= 512 ? kIOReturnSuccess : kIOReturnError;
  }

  IOLock *fTableLock;
  IOLock *fStatisticsLock;
  UInt64 fBytes;
};
OSDefineMetaClassAndStructors(WrongLock, FlawedDriver)

namespace drydock {
extern const FlawedCase kWrongLock;
const FlawedCase kWrongLock = {
    .name = "wrong-lock",
    .defect = "It guards a counter with two different locks",
    .failure = "data-race",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(WrongLock); },
    .needs_hooks = true,
    .stacks = {"WrongLock::transfer", "WrongLock::report"},
};
}  // namespace drydock
