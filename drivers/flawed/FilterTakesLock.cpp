// Interrupts are counted under a lock.
#include <IOKit/IOFilterInterruptEventSource.h>
#include <IOKit/IOLib.h>

#include "drivers/flawed/flawed_driver.h"

class FilterTakesLock : public FlawedDriver {
  OSDeclareDefaultStructors(FilterTakesLock)

 public:
  bool start(IOService *provider) override {
    if (!FlawedDriver::start(provider)) return false;
    fLock = IOLockAlloc();
    fSimpleLock = IOSimpleLockAlloc();
    fInterrupt = IOFilterInterruptEventSource::filterInterruptEventSource(
        this, &FilterTakesLock::interrupted, &FilterTakesLock::filter, provider, 0);
    if (fInterrupt == NULL || fLoop->addEventSource(fInterrupt) != kIOReturnSuccess) return false;
    fInterrupt->enable();
    return true;
  }
  void stop(IOService *provider) override {
    fLoop->removeEventSource(fInterrupt);
    FlawedDriver::stop(provider);
  }
  void free() override {
    OSSafeReleaseNULL(fInterrupt);
    IOLockFree(fLock);
    IOSimpleLockFree(fSimpleLock);
    FlawedDriver::free();
  }

 private:
  static void interrupted(OSObject *, IOInterruptEventSource *, int) {}

  static bool filter(OSObject *owner, IOFilterInterruptEventSource *) {
    FilterTakesLock *self = (FilterTakesLock *)owner;
    self->fDevice->acknowledge();
    if (self->fFlawed) {
      IOLockLock(self->fLock);
      ++self->fCount;
      IOLockUnlock(self->fLock);
    } else {
      IOSimpleLockLock(self->fSimpleLock);
      ++self->fCount;
      IOSimpleLockUnlock(self->fSimpleLock);
    }
    return true;
  }

  IOFilterInterruptEventSource *fInterrupt;
  IOLock *fLock;
  IOSimpleLock *fSimpleLock;
  UInt32 fCount;
};
OSDefineMetaClassAndStructors(FilterTakesLock, FlawedDriver)

namespace drydock {
extern const FlawedCase kFilterTakesLock;
const FlawedCase kFilterTakesLock = {
    .name = "filter-takes-lock",
    .defect = "Its filter takes a lock that may sleep",
    .failure = "panic; lock-taken-in-interrupt-context",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(FilterTakesLock); },
    .clients = 0,
    .interrupts = 2,
};
}  // namespace drydock
