// Client 0 brings an answer; client 1 takes it if it is there.
#include "drivers/flawed/flawed_driver.h"

class FlagBeforeData : public FlawedDriver {
  OSDeclareDefaultStructors(FlagBeforeData)

 public:
  IOReturn call(UInt32 client) override { return client == 0 ? bring() : take(); }

 private:
  IOReturn bring() {
    if (fFlawed) __atomic_store_n(&fReady, 1, __ATOMIC_RELEASE);
    fAnswer = 42;
    if (!fFlawed) __atomic_store_n(&fReady, 1, __ATOMIC_RELEASE);
    return kIOReturnSuccess;
  }
  IOReturn take() {
    if (__atomic_load_n(&fReady, __ATOMIC_ACQUIRE) == 0) return kIOReturnNotReady;
    return fAnswer == 42 ? kIOReturnSuccess : kIOReturnError;
  }

  UInt32 fReady;
  UInt32 fAnswer;
};
OSDefineMetaClassAndStructors(FlagBeforeData, FlawedDriver)

namespace drydock {
extern const FlawedCase kFlagBeforeData;
const FlawedCase kFlagBeforeData = {
    .name = "flag-before-data",
    .defect = "It says that an answer is there before it puts it there",
    .failure = "data-race",
    .make = []() -> FlawedDriver* { return OSTypeAlloc(FlagBeforeData); },
    .needs_hooks = true,
    .stacks = {"FlagBeforeData::bring", "FlagBeforeData::take"},
};
}  // namespace drydock
