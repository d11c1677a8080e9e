// The filter counts interrupts; a client reads the count and sets it to zero.
//
// Defect: filter and client change the count without a lock.
// Finding: data-race.
// Sound twin: both hold a spin lock, the client with interrupts disabled.
#include "drivers/flawed/flawed_driver.h"

class FilterSharesCount : public FlawedFilterDriver {
  OSDeclareDefaultStructors(FilterSharesCount)

 public:
  bool start(IOService *provider) override {
    fLock = IOSimpleLockAlloc();
    return FlawedFilterDriver::start(provider);
  }
  void free() override {
    IOSimpleLockFree(fLock);
    FlawedFilterDriver::free();
  }
  IOReturn call(UInt32) override {
    if (fFlawed) return take();
    IOInterruptState state = IOSimpleLockLockDisableInterrupt(fLock);
    IOReturn result = take();
    IOSimpleLockUnlockEnableInterrupt(fLock, state);
    return result;
  }

 private:
  bool filter() override {
    fDevice->acknowledge();
    if (fFlawed) {
      count();
    } else {
      IOSimpleLockLock(fLock);
      count();
      IOSimpleLockUnlock(fLock);
    }
    return true;
  }
  void count() { ++fArrived; }
  IOReturn take() {
    UInt32 arrived = fArrived;
    fArrived = 0;
    return arrived > 2 ? kIOReturnError : kIOReturnSuccess;
  }

  IOSimpleLock *fLock;
  UInt32 fArrived;
};
OSDefineMetaClassAndStructors(FilterSharesCount, FlawedFilterDriver)

namespace drydock {
extern const FlawedCase kFilterSharesCount;
const FlawedCase kFilterSharesCount = {
    .name = "filter-shares-count",
    .defect = "Its filter and its clients change a counter without a lock",
    .failure = "data-race",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(FilterSharesCount); },
    .clients = 1,
    .interrupts = 2,
    .needs_hooks = true,
    .stacks = {"FilterSharesCount::filter", "FilterSharesCount::call"},
};
}  // namespace drydock
