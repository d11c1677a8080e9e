// A timer polls the registers of the device every 100 us; stop unmaps them.
//
// Defect: stop cancels the timer without the gate, while the action may be about to arm it again.
// Finding: panic.
// Sound twin: stop removes the timer from the work loop.
#include <IOKit/IOLib.h>
#include <IOKit/IOTimerEventSource.h>

#include "drivers/flawed/flawed_driver.h"

class RearmedTimer : public FlawedDriver {
  OSDeclareDefaultStructors(RearmedTimer)

 public:
  bool start(IOService *provider) override {
    if (!FlawedDriver::start(provider)) return false;
    fMapped = true;
    fTimer = IOTimerEventSource::timerEventSource(this, &RearmedTimer::fired);
    return fLoop->addEventSource(fTimer) == kIOReturnSuccess &&
           fTimer->setTimeoutUS(100) == kIOReturnSuccess;
  }
  void stop(IOService *provider) override {
    if (fFlawed) {
      fTimer->cancelTimeout();
    } else {
      fLoop->removeEventSource(fTimer);
    }
    fMapped = false;
    FlawedDriver::stop(provider);
  }
  void free() override {
    OSSafeReleaseNULL(fTimer);
    FlawedDriver::free();
  }

 private:
  static void fired(OSObject *owner, IOTimerEventSource *timer) {
    if (!((RearmedTimer *)owner)->fMapped) panic("registers that are not mapped are polled");
    IODelay(20);  // it is a slow device
    timer->setTimeoutUS(100);
  }

  IOTimerEventSource *fTimer;
  bool fMapped;  // the registers
};
OSDefineMetaClassAndStructors(RearmedTimer, FlawedDriver)

namespace drydock {
extern const FlawedCase kRearmedTimer;
const FlawedCase kRearmedTimer = {
    .name = "rearmed-timer",
    .defect =
        "Its stop cancels the timer without the gate, while the action may be about to arm it "
        "again",
    .failure = "panic",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(RearmedTimer); },
    .clients = 0,
    .also_races = true,
    .stacks = {"RearmedTimer::fired", "RearmedTimer::stop"},
};
}  // namespace drydock
