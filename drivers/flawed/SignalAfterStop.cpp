// A client signals completions to the work loop until the driver is inactive.
//
// Defect: the client checks isInactive and signals outside the gate, while stop removes the source.
// Finding: signal-on-detached-source.
// Sound twin: it signals in the gate, unless the source was removed.
#include <IOKit/IOInterruptEventSource.h>
#include <IOKit/IOLib.h>

#include "drivers/flawed/flawed_driver.h"

class SignalAfterStop : public FlawedDriver {
  OSDeclareDefaultStructors(SignalAfterStop)

 public:
  bool start(IOService *provider) override {
    if (!FlawedDriver::start(provider)) return false;
    fDone = IOInterruptEventSource::interruptEventSource(this, &SignalAfterStop::completed);
    return fLoop->addEventSource(fDone) == kIOReturnSuccess;
  }
  void stop(IOService *provider) override {
    fGate->runAction(
        OSMemberFunctionCast(IOCommandGate::Action, this, &SignalAfterStop::removeGated));
    FlawedDriver::stop(provider);
  }
  void free() override {
    OSSafeReleaseNULL(fDone);
    FlawedDriver::free();
  }
  IOReturn call(UInt32) override {
    while (!isInactive()) {
      if (fFlawed) {
        signal();
      } else {
        fGate->runAction(
            OSMemberFunctionCast(IOCommandGate::Action, this, &SignalAfterStop::signalGated));
      }
      IODelay(5);
    }
    return kIOReturnSuccess;
  }

 private:
  static void completed(OSObject *, IOInterruptEventSource *, int) {}

  void signal() { fDone->interruptOccurred(NULL, NULL, 0); }
  IOReturn signalGated() {
    if (!fStopped) signal();
    return kIOReturnSuccess;
  }
  IOReturn removeGated() {
    fStopped = true;
    return fLoop->removeEventSource(fDone);
  }

  IOInterruptEventSource *fDone;
  bool fStopped;
};
OSDefineMetaClassAndStructors(SignalAfterStop, FlawedDriver)

namespace drydock {
extern const FlawedCase kSignalAfterStop;
const FlawedCase kSignalAfterStop = {
    .name = "signal-after-stop",
    .defect =
        "A client signals a source after a check of isInactive, while stop removes that source",
    .failure = "signal-on-detached-source",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(SignalAfterStop); },
    .clients = 1,
    .unplug_under_clients = true,
    .stacks = {"SignalAfterStop::signal"},
};
}  // namespace drydock
