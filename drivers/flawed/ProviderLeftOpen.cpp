// The driver has the device open; a client waits in the gate for 40 us.
//
// Defect: didTerminate leaves the close to the last client inside, and that client does not close
// either.
// Finding: provider-left-open.
// Sound twin: the last client to leave closes the provider.
#include <IOKit/IOLib.h>

#include "drivers/flawed/flawed_driver.h"

class ProviderLeftOpen : public FlawedDriver {
  OSDeclareDefaultStructors(ProviderLeftOpen)

 public:
  bool start(IOService *provider) override {
    return FlawedDriver::start(provider) && provider->open(this);
  }
  bool didTerminate(IOService *provider, IOOptionBits options, bool *defer) override {
    fGate->runAction(
        OSMemberFunctionCast(IOCommandGate::Action, this, &ProviderLeftOpen::endGated));
    return FlawedDriver::didTerminate(provider, options, defer);
  }
  IOReturn call(UInt32) override {
    return fGate->runAction(
        OSMemberFunctionCast(IOCommandGate::Action, this, &ProviderLeftOpen::readGated));
  }

 private:
  IOReturn readGated() {
    if (fEnded) return kIOReturnOffline;
    ++fInside;
    AbsoluteTime deadline;
    clock_interval_to_deadline(40, kMicrosecondScale, &deadline);
    fGate->commandSleep(this, deadline, THREAD_UNINT);
    if (--fInside == 0 && fEnded && !fFlawed) fDevice->close(this);
    return kIOReturnTimeout;
  }
  IOReturn endGated() {
    fEnded = true;
    if (fInside == 0) fDevice->close(this);
    return kIOReturnSuccess;
  }

  UInt32 fInside;
  bool fEnded;
};
OSDefineMetaClassAndStructors(ProviderLeftOpen, FlawedDriver)

namespace drydock {
extern const FlawedCase kProviderLeftOpen;
const FlawedCase kProviderLeftOpen = {
    .name = "provider-left-open",
    .defect =
        "Its didTerminate does not close the provider while a client is inside, and the last "
        "client to leave does not either",
    .failure = "provider-left-open",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(ProviderLeftOpen); },
    .clients = 1,
    .unplug_under_clients = true,
    .stacks = {"ProviderLeftOpen::start", "ProviderLeftOpen::didTerminate"},
};
}  // namespace drydock
