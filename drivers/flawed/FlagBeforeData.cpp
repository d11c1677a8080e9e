// Client 0 stores an answer; client 1 reads it if a flag is set.
//
// Defect: client 0 sets the flag before it stores the answer.
// Finding: data-race.
// Sound twin: the flag is set after the store.
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
    .defect = "It sets the flag for an answer before it stores the answer",
    .failure = "data-race",
    .make = []() -> FlawedDriver* { return OSTypeAlloc(FlagBeforeData); },
    .needs_hooks = true,
    .stacks = {"FlagBeforeData::bring", "FlagBeforeData::take"},
};
}  // namespace drydock
