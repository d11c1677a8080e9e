// The device needs a moment before it can be quieted.
#include <IOKit/IOFilterInterruptEventSource.h>
#include <IOKit/IOLib.h>

#include "drivers/flawed/flawed_driver.h"

class FilterSleeps : public FlawedDriver {
  OSDeclareDefaultStructors(FilterSleeps)

 public:
  bool start(IOService *provider) override {
    if (!FlawedDriver::start(provider)) return false;
    fInterrupt = IOFilterInterruptEventSource::filterInterruptEventSource(
        this, &FilterSleeps::interrupted, &FilterSleeps::filter, provider, 0);
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
    FilterSleeps *self = (FilterSleeps *)owner;
    if (self->fFlawed) {
      IOSleep(1);
    } else {
      IODelay(1);
    }
    self->fDevice->acknowledge();
    return true;
  }

  IOFilterInterruptEventSource *fInterrupt;
};
OSDefineMetaClassAndStructors(FilterSleeps, FlawedDriver)

namespace drydock {
extern const FlawedCase kFilterSleeps;
const FlawedCase kFilterSleeps = {
    .name = "filter-sleeps",
    .defect = "Its filter waits for the device with IOSleep",
    .failure = "panic; wait-in-interrupt-context",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(FilterSleeps); },
    .clients = 0,
    .interrupts = 2,
};
}  // namespace drydock
