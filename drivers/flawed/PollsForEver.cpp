// A client asks its device and polls for the answer. The cable is pulled before that comes.
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
    .defect = "It polls for an answer, and does not look whether the device is still there",
    .failure = "endless; livelock",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(PollsForEver); },
    .clients = 1,
    .unplug_under_clients = true,
    .stacks = {"PollsForEver::call"},
};
}  // namespace drydock
