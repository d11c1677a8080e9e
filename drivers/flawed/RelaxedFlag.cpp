// Client 0 brings an answer; client 1 takes it if it is there.
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
        "It publishes an answer with a relaxed store, after which nothing says that the answer is "
        "there",
    .failure = "data-race",
    .make = []() -> FlawedDriver* { return OSTypeAlloc(RelaxedFlag); },
    .needs_hooks = true,
    .stacks = {"RelaxedFlag::take", "RelaxedFlag::bring"},
};
}  // namespace drydock
