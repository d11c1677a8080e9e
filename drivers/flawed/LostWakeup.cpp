// Client 1 waits for data that client 0 brings.
//
// Defect: client 1 checks for data before it closes the gate, and sleeps without a second check: a
// wakeup in between is lost.
// Finding: blocked.
// Sound twin: it checks in the gate, in a loop.
#include "drivers/flawed/flawed_driver.h"

class LostWakeup : public FlawedDriver {
  OSDeclareDefaultStructors(LostWakeup)

 public:
  IOReturn call(UInt32 client) override {
    if (client == 0) return run(&LostWakeup::bringGated);
    if (!fFlawed) return run(&LostWakeup::waitGated);
    return fReady ? kIOReturnSuccess : run(&LostWakeup::sleepGated);
  }

 private:
  IOReturn run(IOReturn (LostWakeup::*action)()) {
    return fGate->runAction(OSMemberFunctionCast(IOCommandGate::Action, this, action));
  }

  IOReturn bringGated() {
    fReady = true;
    fGate->commandWakeup(&fReady);
    return kIOReturnSuccess;
  }
  IOReturn sleepGated() { return fGate->commandSleep(&fReady, THREAD_UNINT); }
  IOReturn waitGated() {
    while (!fReady) sleepGated();
    return kIOReturnSuccess;
  }

  bool fReady;
};
OSDefineMetaClassAndStructors(LostWakeup, FlawedDriver)

namespace drydock {
extern const FlawedCase kLostWakeup;
const FlawedCase kLostWakeup = {
    .name = "lost-wakeup",
    .defect = "It checks for data before it closes the gate, and sleeps without checking again",
    .failure = "blocked",
    .make = []() -> FlawedDriver* { return OSTypeAlloc(LostWakeup); },
    .also_races = true,
    .stacks = {"LostWakeup::sleepGated"},
};
}  // namespace drydock
