// Client 0 moves an entry from the queue to the table, client 1 one from the table to the queue;
// each has a lock.
//
// Defect: the two clients take the two locks in opposite orders.
// Finding: lock-order-cycle, or blocked; deadlock.
// Sound twin: both take the queue's lock first.
#include <IOKit/IOLocks.h>

#include "drivers/flawed/flawed_driver.h"

class LockInversion : public FlawedDriver {
  OSDeclareDefaultStructors(LockInversion)

 public:
  bool start(IOService *provider) override {
    fQueueLock = IOLockAlloc();
    fTableLock = IOLockAlloc();
    return FlawedDriver::start(provider);
  }
  void free() override {
    IOLockFree(fQueueLock);
    IOLockFree(fTableLock);
    FlawedDriver::free();
  }
  IOReturn call(UInt32 client) override {
    bool tableFirst = fFlawed && client == 1;
    IOLock *first = tableFirst ? fTableLock : fQueueLock;
    IOLock *second = tableFirst ? fQueueLock : fTableLock;
    IOLockLock(first);
    IOLockLock(second);
    IOLockUnlock(second);
    IOLockUnlock(first);
    return kIOReturnSuccess;
  }

 private:
  IOLock *fQueueLock;
  IOLock *fTableLock;
};
OSDefineMetaClassAndStructors(LockInversion, FlawedDriver)

namespace drydock {
extern const FlawedCase kLockInversion;
const FlawedCase kLockInversion = {
    .name = "lock-inversion",
    .defect = "Two paths take the same two locks in opposite orders",
    .failure = "lock-order-cycle",
    .or_failure = "blocked; deadlock",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(LockInversion); },
    .stacks = {"LockInversion::call", "LockInversion::call"},
};
}  // namespace drydock
