// The driver has an interrupt source on its work loop.
//
// Defect: start enables the source before it adds it to the work loop: an interrupt in between has
// no work loop to signal.
// Finding: interrupt-enabled-before-attach.
// Sound twin: start adds the source first.
#include <IOKit/IOInterruptEventSource.h>

#include "drivers/flawed/flawed_driver.h"

class EnabledBeforeAttach : public FlawedDriver {
  OSDeclareDefaultStructors(EnabledBeforeAttach)

 public:
  bool start(IOService *provider) override {
    if (!FlawedDriver::start(provider)) return false;
    fInterrupt = IOInterruptEventSource::interruptEventSource(
        this, &EnabledBeforeAttach::interrupted, provider, 0);
    if (fInterrupt == NULL) return false;
    if (fFlawed) fInterrupt->enable();
    if (fLoop->addEventSource(fInterrupt) != kIOReturnSuccess) return false;
    if (!fFlawed) fInterrupt->enable();
    return true;
  }
  void stop(IOService *provider) override {
    fLoop->removeEventSource(fInterrupt);
    FlawedDriver::stop(provider);
  }
  void free() override {
    OSSafeReleaseNULL(fInterrupt);
    FlawedDriver::free();
  }

 private:
  static void interrupted(OSObject *owner, IOInterruptEventSource *, int) {
    ((EnabledBeforeAttach *)owner)->fDevice->acknowledge();
  }

  IOInterruptEventSource *fInterrupt;
};
OSDefineMetaClassAndStructors(EnabledBeforeAttach, FlawedDriver)

namespace drydock {
extern const FlawedCase kEnabledBeforeAttach;
const FlawedCase kEnabledBeforeAttach = {
    .name = "enabled-before-attach",
    .defect = "It enables its interrupt source before it adds the source to the work loop",
    .failure = "interrupt-enabled-before-attach",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(EnabledBeforeAttach); },
    .clients = 0,
    .interrupts = 2,
    .stacks = {"EnabledBeforeAttach::start"},
};
}  // namespace drydock
