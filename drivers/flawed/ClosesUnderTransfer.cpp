// The driver has the device open; each client makes one transfer and sleeps until it completes.
//
// Defect: didTerminate closes the device while a transfer is in flight.
// Finding: closed-with-io-in-flight.
// Sound twin: the completion of the last transfer closes the device.
#include "drivers/flawed/flawed_driver.h"

class ClosesUnderTransfer : public FlawedDriver {
  OSDeclareDefaultStructors(ClosesUnderTransfer)

 public:
  bool start(IOService *provider) override {
    return FlawedDriver::start(provider) && provider->open(this);
  }
  bool willTerminate(IOService *provider, IOOptionBits options) override {
    run(&ClosesUnderTransfer::refuseGated);
    return FlawedDriver::willTerminate(provider, options);
  }
  bool didTerminate(IOService *provider, IOOptionBits options, bool *defer) override {
    run(&ClosesUnderTransfer::endGated);
    return FlawedDriver::didTerminate(provider, options, defer);
  }
  IOReturn call(UInt32) override { return run(&ClosesUnderTransfer::transferGated); }
  void transferred() override { run(&ClosesUnderTransfer::doneGated); }

 private:
  IOReturn run(IOReturn (ClosesUnderTransfer::*action)()) {
    return fGate->runAction(OSMemberFunctionCast(IOCommandGate::Action, this, action));
  }

  IOReturn transferGated() {
    if (fRefuses) return kIOReturnOffline;
    ++fTransfers;
    fDevice->transfer(this);
    while (fTransfers > 0) fGate->commandSleep(&fTransfers, THREAD_UNINT);
    return kIOReturnSuccess;
  }
  IOReturn doneGated() {
    --fTransfers;
    fGate->commandWakeup(&fTransfers);
    if (fTransfers == 0 && fEnded && !fFlawed) fDevice->close(this);
    return kIOReturnSuccess;
  }
  IOReturn refuseGated() {
    fRefuses = true;
    return kIOReturnSuccess;
  }
  IOReturn endGated() {
    fEnded = true;
    if (fFlawed || fTransfers == 0) fDevice->close(this);
    return kIOReturnSuccess;
  }

  UInt32 fTransfers;
  bool fRefuses;
  bool fEnded;
};
OSDefineMetaClassAndStructors(ClosesUnderTransfer, FlawedDriver)

namespace drydock {
extern const FlawedCase kClosesUnderTransfer;
const FlawedCase kClosesUnderTransfer = {
    .name = "closes-under-transfer",
    .defect = "Its didTerminate closes the device while a transfer is in flight",
    .failure = "closed-with-io-in-flight",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(ClosesUnderTransfer); },
    .unplug_under_clients = true,
    .stacks = {"ClosesUnderTransfer::endGated"},
};
}  // namespace drydock
