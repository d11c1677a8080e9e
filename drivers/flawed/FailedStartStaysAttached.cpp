// The driver adds an interrupt source to its provider's work loop, and then finds that it cannot
// drive the device.
//
// Defect: start fails and leaves its enabled source on the work loop, which outlives the driver.
// Finding: panic; use-after-free.
// Sound twin: start removes the source before it fails.
#include <IOKit/IOInterruptEventSource.h>

#include "drivers/flawed/flawed_driver.h"

class FailedStartStaysAttached : public FlawedDriver {
  OSDeclareDefaultStructors(FailedStartStaysAttached)

 public:
  bool start(IOService *provider) override {
    if (!FlawedDriver::start(provider)) return false;
    IOWorkLoop *loop = provider->getWorkLoop();
    IOInterruptEventSource *source = IOInterruptEventSource::interruptEventSource(
        this, &FailedStartStaysAttached::interrupted, provider, 0);
    loop->addEventSource(source);
    source->enable();
    bool canDrive = provider->getProperty("Revision") != NULL;
    if (!canDrive && !fFlawed) loop->removeEventSource(source);
    source->release();
    return canDrive;
  }
  IOReturn call(UInt32) override {
    fDevice->acknowledge();
    return kIOReturnSuccess;
  }

 private:
  static void interrupted(OSObject *owner, IOInterruptEventSource *, int) {
    ((FailedStartStaysAttached *)owner)->call(0);
  }
};
OSDefineMetaClassAndStructors(FailedStartStaysAttached, FlawedDriver)

namespace drydock {
extern const FlawedCase kFailedStartStaysAttached;
const FlawedCase kFailedStartStaysAttached = {
    .name = "failed-start-stays-attached",
    .defect =
        "Its start fails and leaves its interrupt source, enabled, on the work loop of its "
        "provider",
    .failure = "panic; use-after-free",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(FailedStartStaysAttached); },
    .clients = 0,
    .interrupts = 1,
    .stacks = {"FailedStartStaysAttached::interrupted",
               "FailedStartStaysAttached::~FailedStartStaysAttached"},
};
}  // namespace drydock
