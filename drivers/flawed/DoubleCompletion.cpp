// A request is completed by the device (client 0) or by an abort (client 1); the completion
// releases it.
//
// Defect: the abort sleeps in the gate and completes the request without checking that the device
// has not.
// Finding: panic; over-release.
// Sound twin: the abort checks again after the sleep.
#include <libkern/c++/OSContainers.h>

#include "drivers/flawed/flawed_driver.h"

class DoubleCompletion : public FlawedDriver {
  OSDeclareDefaultStructors(DoubleCompletion)

 public:
  bool start(IOService *provider) override {
    fPending = OSData::withCapacity(8);
    return FlawedDriver::start(provider);
  }
  void free() override {
    OSSafeReleaseNULL(fPending);
    FlawedDriver::free();
  }
  IOReturn call(UInt32 client) override {
    return run(client == 0 ? &DoubleCompletion::deviceDone : &DoubleCompletion::abort);
  }

 private:
  IOReturn run(IOReturn (DoubleCompletion::*action)()) {
    return fGate->runAction(OSMemberFunctionCast(IOCommandGate::Action, this, action));
  }
  IOReturn deviceDone() {
    if (fPending != NULL) complete(fPending);
    return kIOReturnSuccess;
  }
  IOReturn abort() {
    OSData *request = fPending;
    if (request == NULL) return kIOReturnSuccess;
    AbsoluteTime deadline;
    clock_interval_to_deadline(10, kMicrosecondScale, &deadline);
    fGate->commandSleep(&fPending, deadline, THREAD_UNINT);  // until the device is done with it
    if (fFlawed || fPending == request) complete(request);
    return kIOReturnSuccess;
  }
  void complete(OSData *request) {
    fPending = NULL;
    request->release();
  }

  OSData *fPending;
};
OSDefineMetaClassAndStructors(DoubleCompletion, FlawedDriver)

namespace drydock {
extern const FlawedCase kDoubleCompletion;
const FlawedCase kDoubleCompletion = {
    .name = "double-completion",
    .defect =
        "An abort completes a request that the device completed while the abort slept in the gate",
    .failure = "panic; over-release",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(DoubleCompletion); },
    .stacks = {"DoubleCompletion::complete", "DoubleCompletion::abort"},
};
}  // namespace drydock
