// A client polls the device for an answer; the device is unplugged before it comes.
//
// Defect: the loop does not check whether the provider has been terminated.
// Finding: endless; livelock.
// Sound twin: the loop ends when the driver is inactive.
#include <IOKit/IOLib.h>
#include <IOKit/IOLocks.h>

#include "drivers/flawed/flawed_driver.h"

class PollsForEver : public FlawedDriver {
  OSDeclareDefaultStructors(PollsForEver)

 public:
  bool start(IOService *provider) override {
    fLock = IOLockAlloc();
    return FlawedDriver::start(provider);
  }
  void free() override {
    if (fLock != NULL) IOLockFree(fLock);
    FlawedDriver::free();
  }
  IOReturn call(UInt32) override {
    while (!answered()) {
      if (!fFlawed && isInactive()) return kIOReturnOffline;
      IODelay(10);
    }
    return kIOReturnSuccess;
  }

 private:
  bool answered() {
    IOLockLock(fLock);
    bool answered = fAnswered;
    IOLockUnlock(fLock);
    return answered;
  }

  IOLock *fLock;
  bool fAnswered;
};
OSDefineMetaClassAndStructors(PollsForEver, FlawedDriver)

namespace drydock {
extern const FlawedCase kPollsForEver;
const FlawedCase kPollsForEver = {
    .name = "polls-for-ever",
    .defect = "It polls for an answer without checking that the device is still there",
    .failure = "endless; livelock",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(PollsForEver); },
    .clients = 1,
    .unplug_under_clients = true,
    .stacks = {"PollsForEver::call"},
};
}  // namespace drydock
