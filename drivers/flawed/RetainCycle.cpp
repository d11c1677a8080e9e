// The driver owns a timer, for which it retains itself.
//
// Defect: it releases that reference in free, which therefore is never called.
// Finding: leak.
// Sound twin: stop releases it.
#include <IOKit/IOTimerEventSource.h>

#include "drivers/flawed/flawed_driver.h"

class RetainCycle : public FlawedDriver {
  OSDeclareDefaultStructors(RetainCycle)

 public:
  bool start(IOService *provider) override {
    if (!FlawedDriver::start(provider)) return false;
    fTimer = IOTimerEventSource::timerEventSource(this, &RetainCycle::fired);
    retain();  // for the timer
    return fLoop->addEventSource(fTimer) == kIOReturnSuccess;
  }
  void stop(IOService *provider) override {
    fLoop->removeEventSource(fTimer);
    FlawedDriver::stop(provider);
    if (!fFlawed) dropTimer();
  }
  void free() override {
    if (fFlawed) dropTimer();
    FlawedDriver::free();
  }

 private:
  static void fired(OSObject *, IOTimerEventSource *) {}

  void dropTimer() {
    OSSafeReleaseNULL(fTimer);
    release();
  }

  IOTimerEventSource *fTimer;
};
OSDefineMetaClassAndStructors(RetainCycle, FlawedDriver)

namespace drydock {
extern const FlawedCase kRetainCycle;
const FlawedCase kRetainCycle = {
    .name = "retain-cycle",
    .defect =
        "It retains itself for the timer it owns and releases that in free, which therefore is "
        "never called",
    .failure = "leak",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(RetainCycle); },
    .stacks = {"RetainCycle::start"},
};
}  // namespace drydock
