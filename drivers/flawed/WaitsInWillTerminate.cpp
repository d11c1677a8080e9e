// A client sleeps in a read until the provider is terminated.
//
// Defect: willTerminate waits until the client has left, on the one thread that terminates all
// drivers.
// Finding: terminate-thread-blocked.
// Sound twin: willTerminate wakes the client and does not wait.
#include "drivers/flawed/flawed_driver.h"

class WaitsInWillTerminate : public FlawedDriver {
  OSDeclareDefaultStructors(WaitsInWillTerminate)

 public:
  IOReturn call(UInt32) override {
    return fGate->runAction(
        OSMemberFunctionCast(IOCommandGate::Action, this, &WaitsInWillTerminate::readGated));
  }
  bool willTerminate(IOService* provider, IOOptionBits options) override {
    fGate->runAction(
        OSMemberFunctionCast(IOCommandGate::Action, this, &WaitsInWillTerminate::dieGated));
    return FlawedDriver::willTerminate(provider, options);
  }

 private:
  IOReturn readGated() {
    ++fInside;
    while (!fDead) fGate->commandSleep(&fDead, THREAD_UNINT);
    --fInside;
    fGate->commandWakeup(&fInside);
    return kIOReturnOffline;
  }
  IOReturn dieGated() {
    fDead = true;
    fGate->commandWakeup(&fDead);
    while (fFlawed && fInside != 0) fGate->commandSleep(&fInside, THREAD_UNINT);
    return kIOReturnSuccess;
  }

  UInt32 fInside;
  bool fDead;
};
OSDefineMetaClassAndStructors(WaitsInWillTerminate, FlawedDriver)

namespace drydock {
extern const FlawedCase kWaitsInWillTerminate;
const FlawedCase kWaitsInWillTerminate = {
    .name = "waits-in-will-terminate",
    .defect =
        "Its willTerminate waits until clients have left, on the one thread that terminates all "
        "drivers",
    .failure = "terminate-thread-blocked",
    .make = []() -> FlawedDriver* { return OSTypeAlloc(WaitsInWillTerminate); },
    .clients = 1,
    .unplug_under_clients = true,
    .stacks = {"WaitsInWillTerminate::willTerminate"},
};
}  // namespace drydock
