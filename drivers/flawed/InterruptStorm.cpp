// The device keeps its line raised until somebody quiets it.
#include <IOKit/IOFilterInterruptEventSource.h>

#include "drivers/flawed/flawed_driver.h"

class InterruptStorm : public FlawedDriver {
  OSDeclareDefaultStructors(InterruptStorm)

 public:
  bool start(IOService *provider) override {
    if (!FlawedDriver::start(provider)) return false;
    fInterrupt = IOFilterInterruptEventSource::filterInterruptEventSource(
        this, &InterruptStorm::interrupted, &InterruptStorm::filter, provider, 0);
    if (fInterrupt == NULL || fLoop->addEventSource(fInterrupt) != kIOReturnSuccess) return false;
    fInterrupt->enable();
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
  static void interrupted(OSObject *, IOInterruptEventSource *, int) {}

  static bool filter(OSObject *owner, IOFilterInterruptEventSource *) {
    InterruptStorm *self = (InterruptStorm *)owner;
    if (self->fFlawed) return false;
    self->fDevice->acknowledge();
    return true;
  }

  IOFilterInterruptEventSource *fInterrupt;
};
OSDefineMetaClassAndStructors(InterruptStorm, FlawedDriver)

namespace drydock {
extern const FlawedCase kInterruptStorm;
const FlawedCase kInterruptStorm = {
    .name = "interrupt-storm",
    .defect = "Its filter says that the interrupt was not its own, and leaves the device as it is",
    .failure = "endless; interrupt-storm",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(InterruptStorm); },
    .clients = 0,
    .interrupts = 2,
};
}  // namespace drydock
