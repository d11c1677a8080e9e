// The clients have the driver release its timer, which the work loop still retains.
//
// Defect: the check for the timer and its release run outside the gate, so two clients can both
// release it.
// Finding: event-source-freed-while-attached.
// Sound twin: the release runs in the gate.
#include <IOKit/IOTimerEventSource.h>

#include "drivers/flawed/flawed_driver.h"

class SourceReleasedTwice : public FlawedDriver {
  OSDeclareDefaultStructors(SourceReleasedTwice)

 public:
  bool start(IOService *provider) override {
    if (!FlawedDriver::start(provider)) return false;
    fTimer = IOTimerEventSource::timerEventSource(this, &SourceReleasedTwice::fired);
    return fLoop->addEventSource(fTimer) == kIOReturnSuccess;
  }
  void free() override {
    OSSafeReleaseNULL(fTimer);
    FlawedDriver::free();
  }
  IOReturn call(UInt32) override {
    if (fFlawed) return dropTimer();
    return fGate->runAction(
        OSMemberFunctionCast(IOCommandGate::Action, this, &SourceReleasedTwice::dropTimer));
  }

 private:
  static void fired(OSObject *, IOTimerEventSource *) {}

  IOReturn dropTimer() {
    IOTimerEventSource *timer = fTimer;
    if (timer == NULL) return kIOReturnSuccess;
    timer->release();
    fTimer = NULL;
    return kIOReturnSuccess;
  }

  IOTimerEventSource *fTimer;
};
OSDefineMetaClassAndStructors(SourceReleasedTwice, FlawedDriver)

namespace drydock {
extern const FlawedCase kSourceReleasedTwice;
const FlawedCase kSourceReleasedTwice = {
    .name = "source-released-twice",
    .defect = "Two clients may both find the timer and release it, outside of the gate",
    .failure = "event-source-freed-while-attached",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(SourceReleasedTwice); },
    .also_races = true,
    .stacks = {"SourceReleasedTwice::dropTimer"},
};
}  // namespace drydock
