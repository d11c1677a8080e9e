// A record is kept of each interrupt.
#include <string.h>

#include <IOKit/IOFilterInterruptEventSource.h>
#include <IOKit/IOLib.h>

#include "drivers/flawed/flawed_driver.h"

class FilterAllocates : public FlawedDriver {
  OSDeclareDefaultStructors(FilterAllocates)

 public:
  bool start(IOService *provider) override {
    if (!FlawedDriver::start(provider)) return false;
    fInterrupt = IOFilterInterruptEventSource::filterInterruptEventSource(
        this, &FilterAllocates::interrupted, &FilterAllocates::filter, provider, 0);
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
    FlawedDriver::free();
  }

 private:
  static void interrupted(OSObject *, IOInterruptEventSource *, int) {}

  static bool filter(OSObject *owner, IOFilterInterruptEventSource *) {
    FilterAllocates *self = (FilterAllocates *)owner;
    self->fDevice->acknowledge();
    if (self->fFlawed) {
      void *record = IOMalloc(16);
      IOFree(record, 16);
    } else {
      bzero(self->fRecord, sizeof(self->fRecord));
    }
    return true;
  }

  IOFilterInterruptEventSource *fInterrupt;
  UInt8 fRecord[16];
};
OSDefineMetaClassAndStructors(FilterAllocates, FlawedDriver)

namespace drydock {
extern const FlawedCase kFilterAllocates;
const FlawedCase kFilterAllocates = {
    .name = "filter-allocates",
    .defect = "Its filter allocates memory",
    .failure = "memory-where-nothing-may-wait",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(FilterAllocates); },
    .clients = 0,
    .interrupts = 2,
};
}  // namespace drydock
