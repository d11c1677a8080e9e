// The driver counts its outstanding requests.
//
// Defect: it counts them up outside the gate, and down inside.
// Finding: data-race.
// Sound twin: both run in the gate.
#include "drivers/flawed/flawed_driver.h"

class UngatedCount : public FlawedDriver {
  OSDeclareDefaultStructors(UngatedCount)

 public:
  IOReturn call(UInt32) override {
    if (fFlawed) {
      count();
    } else {
      fGate->runAction(OSMemberFunctionCast(IOCommandGate::Action, this, &UngatedCount::count));
    }
    return fGate->runAction(
        OSMemberFunctionCast(IOCommandGate::Action, this, &UngatedCount::finished));
  }

 private:
  IOReturn count() {
    ++fRequests;
    return kIOReturnSuccess;
  }
  IOReturn finished() {
    --fRequests;
    return kIOReturnSuccess;
  }

  UInt32 fRequests;
};
OSDefineMetaClassAndStructors(UngatedCount, FlawedDriver)

namespace drydock {
extern const FlawedCase kUngatedCount;
const FlawedCase kUngatedCount = {
    .name = "ungated-count",
    .defect = "It counts requests down in its gate, and up outside of it",
    .failure = "data-race",
    .make = []() -> FlawedDriver* { return OSTypeAlloc(UngatedCount); },
    .needs_hooks = true,
    .stacks = {"UngatedCount::count", "UngatedCount::call"},
};
}  // namespace drydock
