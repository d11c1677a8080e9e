// A client sleeps in a read until the provider is terminated.
//
// Defect: willTerminate sets the flag and does not wake the client.
// Finding: blocked.
// Sound twin: willTerminate wakes it.
#include "drivers/flawed/flawed_driver.h"

class ForgottenReader : public FlawedDriver {
  OSDeclareDefaultStructors(ForgottenReader)

 public:
  IOReturn call(UInt32) override {
    return fGate->runAction(
        OSMemberFunctionCast(IOCommandGate::Action, this, &ForgottenReader::readGated));
  }
  bool willTerminate(IOService* provider, IOOptionBits options) override {
    fGate->runAction(OSMemberFunctionCast(IOCommandGate::Action, this, &ForgottenReader::dieGated));
    return FlawedDriver::willTerminate(provider, options);
  }

 private:
  IOReturn readGated() {
    while (!fDead) fGate->commandSleep(&fDead, THREAD_UNINT);
    return kIOReturnOffline;
  }
  IOReturn dieGated() {
    fDead = true;
    if (!fFlawed) fGate->commandWakeup(&fDead);
    return kIOReturnSuccess;
  }

  bool fDead;
};
OSDefineMetaClassAndStructors(ForgottenReader, FlawedDriver)

namespace drydock {
extern const FlawedCase kForgottenReader;
const FlawedCase kForgottenReader = {
    .name = "forgotten-reader",
    .defect = "Its willTerminate does not wake the client that sleeps in a read",
    .failure = "blocked",
    .make = []() -> FlawedDriver* { return OSTypeAlloc(ForgottenReader); },
    .clients = 1,
    .unplug_under_clients = true,
    .stacks = {"ForgottenReader::readGated"},
};
}  // namespace drydock
