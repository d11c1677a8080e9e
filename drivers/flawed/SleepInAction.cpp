// A reset takes the device a millisecond. Who waits for that in the gate keeps all others out.
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
