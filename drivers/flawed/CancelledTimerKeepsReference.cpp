// Client 0 arms a timer, for which the driver retains itself; client 1 cancels it.
//
// Defect: a cancel does not release the reference that arming took, only the timer's action does.
// Finding: leak.
// Sound twin: a cancel releases the reference too.
#include <IOKit/IOTimerEventSource.h>

#include "drivers/flawed/flawed_driver.h"

class CancelledTimerKeepsReference : public FlawedDriver {
  OSDeclareDefaultStructors(CancelledTimerKeepsReference)

 public:
  bool start(IOService *provider) override {
    if (!FlawedDriver::start(provider)) return false;
    fTimer = IOTimerEventSource::timerEventSource(this, &CancelledTimerKeepsReference::fired);
    return fLoop->addEventSource(fTimer) == kIOReturnSuccess;
  }
  void stop(IOService *provider) override {
    fLoop->removeEventSource(fTimer);
    FlawedDriver::stop(provider);
  }
  void free() override {
    OSSafeReleaseNULL(fTimer);
    FlawedDriver::free();
  }
  IOReturn call(UInt32 client) override {
    return run(client == 0 ? &CancelledTimerKeepsReference::armGated
                           : &CancelledTimerKeepsReference::cancelGated);
  }

 private:
  IOReturn run(IOReturn (CancelledTimerKeepsReference::*action)()) {
    return fGate->runAction(OSMemberFunctionCast(IOCommandGate::Action, this, action));
  }

  IOReturn armGated() {
    retain();
    fArmed = true;
    fTimer->setTimeoutUS(20);
    return kIOReturnSuccess;
  }
  IOReturn cancelGated() {
    fTimer->cancelTimeout();
    if (!fFlawed) disarmed();
    return kIOReturnSuccess;
  }
  static void fired(OSObject *owner, IOTimerEventSource *) {
    ((CancelledTimerKeepsReference *)owner)->disarmed();
  }
  void disarmed() {
    if (!fArmed) return;
    fArmed = false;
    release();
  }

  IOTimerEventSource *fTimer;
  bool fArmed;
};
OSDefineMetaClassAndStructors(CancelledTimerKeepsReference, FlawedDriver)

namespace drydock {
extern const FlawedCase kCancelledTimerKeepsReference;
const FlawedCase kCancelledTimerKeepsReference = {
    .name = "cancelled-timer-keeps-reference",
    .defect =
        "It retains itself while the timer is armed, and releases that in the action only, not in "
        "a cancel",
    .failure = "leak",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(CancelledTimerKeepsReference); },
    .stacks = {"CancelledTimerKeepsReference::start"},
};
}  // namespace drydock
