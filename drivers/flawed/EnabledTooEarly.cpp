// The filter counts interrupts up to a limit.
//
// Defect: start enables the interrupt before it sets the limit that the filter reads.
// Finding: data-race.
// Sound twin: start sets the limit first.
#include <IOKit/IOLib.h>

#include "drivers/flawed/flawed_driver.h"

class EnabledTooEarly : public FlawedFilterDriver {
  OSDeclareDefaultStructors(EnabledTooEarly)

 public:
  bool start(IOService *provider) override {
    if (fFlawed) return FlawedFilterDriver::start(provider) && setUp();
    return setUp() && FlawedFilterDriver::start(provider);
  }

 private:
  bool setUp() {
    fLimit = 100;
    return true;
  }
  bool filter() override {
    fDevice->acknowledge();
    count();
    return true;
  }
  void count() {
    if (fCount < fLimit) ++fCount;
  }

  UInt32 fLimit;
  UInt32 fCount;
};
OSDefineMetaClassAndStructors(EnabledTooEarly, FlawedFilterDriver)

namespace drydock {
extern const FlawedCase kEnabledTooEarly;
const FlawedCase kEnabledTooEarly = {
    .name = "enabled-too-early",
    .defect = "Its start enables the interrupt before it has set up the data that the filter needs",
    .failure = "data-race",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(EnabledTooEarly); },
    .clients = 0,
    .interrupts = 1,
    .interrupts_at_start = true,
    .needs_hooks = true,
    .stacks = {"EnabledTooEarly::count", "EnabledTooEarly::setUp"},
};
}  // namespace drydock
