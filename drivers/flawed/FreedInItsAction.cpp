// The driver has an interrupt source that it needs only once.
//
// Defect: the source's action removes and releases the source it was called for.
// Finding: event-source-freed-in-action.
// Sound twin: stop removes and releases the source.
#include <IOKit/IOInterruptEventSource.h>

#include "drivers/flawed/flawed_driver.h"

class FreedInItsAction : public FlawedDriver {
  OSDeclareDefaultStructors(FreedInItsAction)

 public:
  bool start(IOService *provider) override {
    if (!FlawedDriver::start(provider)) return false;
    fOnce = IOInterruptEventSource::interruptEventSource(this, &FreedInItsAction::happened);
    return fLoop->addEventSource(fOnce) == kIOReturnSuccess;
  }
  void stop(IOService *provider) override {
    drop();
    FlawedDriver::stop(provider);
  }
  IOReturn call(UInt32) override {
    fOnce->interruptOccurred(NULL, NULL, 0);
    return kIOReturnSuccess;
  }

 private:
  static void happened(OSObject *owner, IOInterruptEventSource *, int) {
    FreedInItsAction *self = (FreedInItsAction *)owner;
    if (self->fFlawed) self->drop();
  }

  void drop() {
    if (fOnce == NULL) return;
    fLoop->removeEventSource(fOnce);
    OSSafeReleaseNULL(fOnce);
  }

  IOInterruptEventSource *fOnce;
};
OSDefineMetaClassAndStructors(FreedInItsAction, FlawedDriver)

namespace drydock {
extern const FlawedCase kFreedInItsAction;
const FlawedCase kFreedInItsAction = {
    .name = "freed-in-its-action",
    .defect = "Its action removes and releases the source it was called for",
    .failure = "event-source-freed-in-action",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(FreedInItsAction); },
    .clients = 1,
    .stacks = {"FreedInItsAction::happened"},
};
}  // namespace drydock
