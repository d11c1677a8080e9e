// A client asks its device and polls for the answer. The cable is pulled before that comes.
#include <IOKit/IOLib.h>

#include "drivers/flawed/flawed_driver.h"

class PollsForEver : public FlawedDriver {
  OSDeclareDefaultStructors(PollsForEver)

 public:
  IOReturn call(UInt32) override {
    while (!__atomic_load_n(&fAnswered, __ATOMIC_ACQUIRE)) {
      if (!fFlawed && isInactive()) return kIOReturnOffline;
      IOSleep(1);
    }
    return kIOReturnSuccess;
  }

 private:
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
