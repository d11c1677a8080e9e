// The requests are on a list; the driver has a reference of its own to the current one, which a
// client that cancels it releases.
//
// Defect: the check for the current request and its release run outside the gate, so two clients
// can both release it.
// Finding: panic.
// Sound twin: cancel runs in the gate.
#include <libkern/c++/OSContainers.h>

#include "drivers/flawed/flawed_driver.h"

class DoubleRelease : public FlawedDriver {
  OSDeclareDefaultStructors(DoubleRelease)

 public:
  bool start(IOService *provider) override {
    if (!FlawedDriver::start(provider)) return false;
    fRequests = OSArray::withCapacity(1);
    fCurrent = OSNumber::withNumber(7ULL, 32);
    fRequests->setObject(fCurrent);
    return true;
  }
  void free() override {
    OSSafeReleaseNULL(fCurrent);
    OSSafeReleaseNULL(fRequests);
    FlawedDriver::free();
  }
  IOReturn call(UInt32) override {
    if (fFlawed) return cancel();
    return fGate->runAction(
        OSMemberFunctionCast(IOCommandGate::Action, this, &DoubleRelease::cancel));
  }

 private:
  IOReturn cancel() {
    OSObject *request = fCurrent;
    if (request == NULL) return kIOReturnSuccess;
    request->release();
    fCurrent = NULL;
    return kIOReturnSuccess;
  }

  OSArray *fRequests;
  OSNumber *fCurrent;
};
OSDefineMetaClassAndStructors(DoubleRelease, FlawedDriver)

namespace drydock {
extern const FlawedCase kDoubleRelease;
const FlawedCase kDoubleRelease = {
    .name = "double-release",
    .defect = "Two clients may both find the current request and release it, outside of the gate",
    .failure = "panic",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(DoubleRelease); },
    .also_races = true,
    .stacks = {"DoubleRelease::cancel", "DoubleRelease::cancel"},
};
}  // namespace drydock
