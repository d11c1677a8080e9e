// A RAID set on a member with a work loop of its own. Client 0's request goes down through both
// gates; client 1 is a completion of the member on its way up.
//
// Defect: requests take the set's gate and then the member's, completions take them in the opposite
// order.
// Finding: lock-order-cycle, or blocked; deadlock.
// Sound twin: a completion leaves the member's gate first.
#include "drivers/flawed/flawed_driver.h"

class TwoGates : public FlawedDriver {
  OSDeclareDefaultStructors(TwoGates)

 public:
  bool start(IOService *provider) override {
    if (!FlawedDriver::start(provider)) return false;
    fMemberLoop = IOWorkLoop::workLoop();
    fMemberGate = IOCommandGate::commandGate(this);
    return fMemberLoop->addEventSource(fMemberGate) == kIOReturnSuccess;
  }
  void stop(IOService *provider) override {
    fMemberLoop->removeEventSource(fMemberGate);
    FlawedDriver::stop(provider);
  }
  void free() override {
    OSSafeReleaseNULL(fMemberGate);
    OSSafeReleaseNULL(fMemberLoop);
    FlawedDriver::free();
  }
  IOReturn call(UInt32 client) override {
    if (client == 0) return run(fGate, &TwoGates::requestGated);
    run(fMemberGate, &TwoGates::memberDoneGated);
    return fFlawed ? kIOReturnSuccess : run(fGate, &TwoGates::setDoneGated);
  }

 private:
  IOReturn run(IOCommandGate *gate, IOReturn (TwoGates::*action)()) {
    return gate->runAction(OSMemberFunctionCast(IOCommandGate::Action, this, action));
  }

  IOReturn requestGated() { return run(fMemberGate, &TwoGates::transferGated); }
  IOReturn transferGated() { return kIOReturnSuccess; }
  IOReturn memberDoneGated() {
    return fFlawed ? run(fGate, &TwoGates::setDoneGated) : kIOReturnSuccess;
  }
  IOReturn setDoneGated() { return kIOReturnSuccess; }

  IOWorkLoop *fMemberLoop;
  IOCommandGate *fMemberGate;
};
OSDefineMetaClassAndStructors(TwoGates, FlawedDriver)

namespace drydock {
extern const FlawedCase kTwoGates;
const FlawedCase kTwoGates = {
    .name = "two-gates",
    .defect =
        "Requests go from the set's gate into the member's, completions from the member's into the "
        "set's",
    .failure = "lock-order-cycle",
    .or_failure = "blocked; deadlock",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(TwoGates); },
    .stacks = {"TwoGates::requestGated", "TwoGates::memberDoneGated"},
};
}  // namespace drydock
