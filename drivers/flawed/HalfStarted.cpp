// The driver adds a timer to its work loop, and then finds that it cannot drive the device. A
// driver whose start failed is not stopped.
//
// Defect: start fails and leaves the timer on the work loop.
// Finding: leak.
// Sound twin: start removes the timer before it fails.
#include <IOKit/IOTimerEventSource.h>

#include "drivers/flawed/flawed_driver.h"

class HalfStarted : public FlawedDriver {
  OSDeclareDefaultStructors(HalfStarted)

 public:
  bool start(IOService *provider) override {
    if (!FlawedDriver::start(provider)) return false;
    fTimer = IOTimerEventSource::timerEventSource(this, &HalfStarted::fired);
    fLoop->addEventSource(fTimer);
    if (canDrive(provider)) return true;
    if (!fFlawed) unwind();
    return false;
  }
  void stop(IOService *provider) override {
    unwind();
    FlawedDriver::stop(provider);
  }

 private:
  static void fired(OSObject *, IOTimerEventSource *) {}

  bool canDrive(IOService *provider) { return provider->getProperty("Revision") != NULL; }
  void unwind() {
    fLoop->removeEventSource(fTimer);
    OSSafeReleaseNULL(fTimer);
  }

  IOTimerEventSource *fTimer;
};
OSDefineMetaClassAndStructors(HalfStarted, FlawedDriver)

namespace drydock {
extern const FlawedCase kHalfStarted;
const FlawedCase kHalfStarted = {
    .name = "half-started",
    .defect = "Its start fails half-way and leaves a timer attached, which only stop would release",
    .failure = "leak",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(HalfStarted); },
    .clients = 0,
    .stacks = {"HalfStarted::start"},
};
}  // namespace drydock
