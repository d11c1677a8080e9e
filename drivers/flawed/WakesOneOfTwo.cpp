// Clients 0 and 1 wait until client 2 reports that the device is ready.
//
// Defect: the report wakes one of the two waiting clients.
// Finding: blocked.
// Sound twin: it wakes all of them.
#include "drivers/flawed/flawed_driver.h"

class WakesOneOfTwo : public FlawedDriver {
  OSDeclareDefaultStructors(WakesOneOfTwo)

 public:
  IOReturn call(UInt32 client) override {
    return fGate->runAction(
        OSMemberFunctionCast(IOCommandGate::Action, this,
                             client == 2 ? &WakesOneOfTwo::readyGated : &WakesOneOfTwo::waitGated));
  }

 private:
  IOReturn readyGated() {
    fReady = true;
    fGate->commandWakeup(&fReady, /*oneThread=*/fFlawed);
    return kIOReturnSuccess;
  }
  IOReturn waitGated() {
    while (!fReady) fGate->commandSleep(&fReady, THREAD_UNINT);
    return kIOReturnSuccess;
  }

  bool fReady;
};
OSDefineMetaClassAndStructors(WakesOneOfTwo, FlawedDriver)

namespace drydock {
extern const FlawedCase kWakesOneOfTwo;
const FlawedCase kWakesOneOfTwo = {
    .name = "wakes-one-of-two",
    .defect = "It wakes one client when all that wait may go on",
    .failure = "blocked",
    .make = []() -> FlawedDriver* { return OSTypeAlloc(WakesOneOfTwo); },
    .clients = 3,
    .stacks = {"WakesOneOfTwo::waitGated"},
};
}  // namespace drydock
