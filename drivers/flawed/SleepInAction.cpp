// A reset of the device takes a millisecond, which an action waits for.
//
// Defect: the action waits with IOSleep, which keeps the gate closed for all others.
// Finding: blocking-sleep-in-action.
// Sound twin: it waits with commandSleep, which opens the gate.
#include <IOKit/IOLib.h>

#include "drivers/flawed/flawed_driver.h"

class SleepInAction : public FlawedDriver {
  OSDeclareDefaultStructors(SleepInAction)

 public:
  IOReturn call(UInt32) override {
    return fGate->runAction(
        OSMemberFunctionCast(IOCommandGate::Action, this, &SleepInAction::resetGated));
  }

 private:
  IOReturn resetGated() {
    if (fFlawed) {
      IOSleep(1);
    } else {
      AbsoluteTime deadline;
      clock_interval_to_deadline(1, kMillisecondScale, &deadline);
      fGate->commandSleep(this, deadline, THREAD_UNINT);
    }
    return kIOReturnSuccess;
  }
};
OSDefineMetaClassAndStructors(SleepInAction, FlawedDriver)

namespace drydock {
extern const FlawedCase kSleepInAction;
const FlawedCase kSleepInAction = {
    .name = "sleep-in-action",
    .defect = "Its action waits for the device with IOSleep, which keeps the gate closed",
    .failure = "blocking-sleep-in-action",
    .make = []() -> FlawedDriver* { return OSTypeAlloc(SleepInAction); },
    .stacks = {"SleepInAction::call"},
};
}  // namespace drydock
