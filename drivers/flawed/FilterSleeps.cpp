// The device needs a moment before the filter can acknowledge its interrupt.
//
// Defect: the filter waits with IOSleep, in interrupt context.
// Finding: panic; wait-in-interrupt-context.
// Sound twin: the filter waits with IODelay.
#include <IOKit/IOLib.h>

#include "drivers/flawed/flawed_driver.h"

class FilterSleeps : public FlawedFilterDriver {
  OSDeclareDefaultStructors(FilterSleeps)

 private:
  bool filter() override {
    if (fFlawed) {
      IOSleep(1);
    } else {
      IODelay(1);
    }
    fDevice->acknowledge();
    return true;
  }
};
OSDefineMetaClassAndStructors(FilterSleeps, FlawedFilterDriver)

namespace drydock {
extern const FlawedCase kFilterSleeps;
const FlawedCase kFilterSleeps = {
    .name = "filter-sleeps",
    .defect = "Its filter waits for the device with IOSleep",
    .failure = "panic; wait-in-interrupt-context",
    .make = []() -> FlawedDriver* { return OSTypeAlloc(FilterSleeps); },
    .clients = 0,
    .interrupts = 2,
    .stacks = {"FilterSleeps::filter"},
};
}  // namespace drydock
