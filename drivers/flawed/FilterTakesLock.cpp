// The filter counts interrupts under a lock.
//
// Defect: the lock is an IOLock, which may block, in interrupt context.
// Finding: panic; lock-taken-in-interrupt-context.
// Sound twin: the lock is an IOSimpleLock.
#include <IOKit/IOLib.h>

#include "drivers/flawed/flawed_driver.h"

class FilterTakesLock : public FlawedFilterDriver {
  OSDeclareDefaultStructors(FilterTakesLock)

 public:
  bool start(IOService *provider) override {
    fLock = IOLockAlloc();
    fSimpleLock = IOSimpleLockAlloc();
    return FlawedFilterDriver::start(provider);
  }
  void free() override {
    IOLockFree(fLock);
    IOSimpleLockFree(fSimpleLock);
    FlawedFilterDriver::free();
  }

 private:
  bool filter() override {
    fDevice->acknowledge();
    if (fFlawed) {
      IOLockLock(fLock);
      ++fCount;
      IOLockUnlock(fLock);
    } else {
      IOSimpleLockLock(fSimpleLock);
      ++fCount;
      IOSimpleLockUnlock(fSimpleLock);
    }
    return true;
  }

  IOLock *fLock;
  IOSimpleLock *fSimpleLock;
  UInt32 fCount;
};
OSDefineMetaClassAndStructors(FilterTakesLock, FlawedFilterDriver)

namespace drydock {
extern const FlawedCase kFilterTakesLock;
const FlawedCase kFilterTakesLock = {
    .name = "filter-takes-lock",
    .defect = "Its filter takes a lock that may sleep",
    .failure = "panic; lock-taken-in-interrupt-context",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(FilterTakesLock); },
    .clients = 0,
    .interrupts = 2,
    .stacks = {"FilterTakesLock::filter"},
};
}  // namespace drydock
