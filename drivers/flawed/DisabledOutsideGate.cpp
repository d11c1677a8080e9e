// Client 0 keeps the other clients out of the command gate for 5 us.
//
// Defect: it disables the command gate without holding it, while an action may be running.
// Finding: command-gate-disabled-outside-gate.
// Sound twin: it disables the gate in an action.
#include <IOKit/IOLib.h>

#include "drivers/flawed/flawed_driver.h"

class DisabledOutsideGate : public FlawedDriver {
  OSDeclareDefaultStructors(DisabledOutsideGate)

 public:
  IOReturn call(UInt32 client) override {
    if (client != 0) return run(&DisabledOutsideGate::workGated);
    if (fFlawed) {
      fGate->disable();
    } else {
      run(&DisabledOutsideGate::disableGated);
    }
    IODelay(5);
    fGate->enable();
    return kIOReturnSuccess;
  }

 private:
  IOReturn run(IOReturn (DisabledOutsideGate::*action)()) {
    return fGate->runAction(OSMemberFunctionCast(IOCommandGate::Action, this, action));
  }

  IOReturn workGated() { return kIOReturnSuccess; }
  IOReturn disableGated() {
    fGate->disable();
    return kIOReturnSuccess;
  }
};
OSDefineMetaClassAndStructors(DisabledOutsideGate, FlawedDriver)

namespace drydock {
extern const FlawedCase kDisabledOutsideGate;
const FlawedCase kDisabledOutsideGate = {
    .name = "disabled-outside-gate",
    .defect = "It disables its command gate without holding it, while an action may be inside",
    .failure = "command-gate-disabled-outside-gate",
    .make = []() -> FlawedDriver* { return OSTypeAlloc(DisabledOutsideGate); },
    .stacks = {"DisabledOutsideGate::call"},
};
}  // namespace drydock
