// Client 0 replaces the current request; client 1 asks for its length.
//
// Defect: client 1 uses the request outside the gate without retaining it.
// Finding: panic; use-after-free.
// Sound twin: it retains the request in the gate.
#include <IOKit/IOLib.h>
#include <libkern/c++/OSContainers.h>

#include "drivers/flawed/flawed_driver.h"

class UnretainedRequest : public FlawedDriver {
  OSDeclareDefaultStructors(UnretainedRequest)

 public:
  bool start(IOService *provider) override {
    fRequest = OSData::withCapacity(8);
    return FlawedDriver::start(provider);
  }
  void free() override {
    OSSafeReleaseNULL(fRequest);
    FlawedDriver::free();
  }
  IOReturn call(UInt32 client) override {
    if (client == 0) {
      return fGate->runAction(
          OSMemberFunctionCast(IOCommandGate::Action, this, &UnretainedRequest::replaceGated));
    }
    OSData *request = NULL;
    fGate->runAction(
        OSMemberFunctionCast(IOCommandGate::Action, this, &UnretainedRequest::getGated), &request);
    IODelay(1);  // for the device
    UInt32 length = request->getLength();
    if (!fFlawed) request->release();
    return length == 0 ? kIOReturnSuccess : kIOReturnError;
  }

 private:
  IOReturn replaceGated() {
    fRequest->release();
    fRequest = OSData::withCapacity(8);
    return kIOReturnSuccess;
  }
  IOReturn getGated(OSData **request) {
    *request = fRequest;
    if (!fFlawed) fRequest->retain();
    return kIOReturnSuccess;
  }

  OSData *fRequest;
};
OSDefineMetaClassAndStructors(UnretainedRequest, FlawedDriver)

namespace drydock {
extern const FlawedCase kUnretainedRequest;
const FlawedCase kUnretainedRequest = {
    .name = "unretained-request",
    .defect =
        "It uses a request outside of the gate without retaining it, while another client replaces "
        "it",
    .failure = "panic; use-after-free",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(UnretainedRequest); },
    .also_races = true,
    .stacks = {"UnretainedRequest::call", "UnretainedRequest::start",
               "UnretainedRequest::replaceGated"},
};
}  // namespace drydock
