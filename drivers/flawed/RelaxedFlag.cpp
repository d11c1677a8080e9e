// Client 0 stores an answer and sets a flag; client 1 reads the answer if the flag is set.
//
// Defect: the flag is set with a relaxed store, which does not order the answer before it.
// Finding: data-race.
// Sound twin: the flag is set with a release store.
#include "drivers/flawed/flawed_driver.h"

class RelaxedFlag : public FlawedDriver {
  OSDeclareDefaultStructors(RelaxedFlag)

 public:
  IOReturn call(UInt32 client) override { return client == 0 ? bring() : take(); }

 private:
  IOReturn bring() {
    fAnswer = 42;
    __atomic_store_n(&fReady, 1, fFlawed ? __ATOMIC_RELAXED : __ATOMIC_RELEASE);
    return kIOReturnSuccess;
  }
  IOReturn take() {
    if (__atomic_load_n(&fReady, __ATOMIC_ACQUIRE) == 0) return kIOReturnNotReady;
    return fAnswer == 42 ? kIOReturnSuccess : kIOReturnError;
  }

  UInt32 fReady;
  UInt32 fAnswer;
};
OSDefineMetaClassAndStructors(RelaxedFlag, FlawedDriver)

namespace drydock {
extern const FlawedCase kRelaxedFlag;
const FlawedCase kRelaxedFlag = {
    .name = "relaxed-flag",
    .defect =
        "It publishes an answer with a relaxed store, which does not order the answer before the "
        "flag",
    .failure = "data-race",
    .make = []() -> FlawedDriver* { return OSTypeAlloc(RelaxedFlag); },
    .needs_hooks = true,
    .stacks = {"RelaxedFlag::take", "RelaxedFlag::bring"},
};
}  // namespace drydock
