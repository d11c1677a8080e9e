// A ring for one producer and one consumer: the filter fills it, a client empties it.
//
// Defect: the client puts into the ring too, without a lock.
// Finding: data-race.
// Sound twin: the client only takes.
#include "drivers/flawed/flawed_driver.h"

class TwoProducers : public FlawedFilterDriver {
  OSDeclareDefaultStructors(TwoProducers)

 public:
  IOReturn call(UInt32) override {
    if (fFlawed) return put(2) ? kIOReturnSuccess : kIOReturnNoSpace;
    UInt32 value;
    return take(&value) ? kIOReturnSuccess : kIOReturnNotReady;
  }

 private:
  static const UInt32 kSlots = 4;

  bool filter() override {
    fDevice->acknowledge();
    put(1);
    return true;
  }
  bool put(UInt32 value) {
    UInt32 tail = __atomic_load_n(&fTail, __ATOMIC_RELAXED);
    if (tail - __atomic_load_n(&fHead, __ATOMIC_ACQUIRE) == kSlots) return false;
    fSlots[tail % kSlots] = value;
    __atomic_store_n(&fTail, tail + 1, __ATOMIC_RELEASE);
    return true;
  }
  bool take(UInt32 *value) {
    UInt32 head = __atomic_load_n(&fHead, __ATOMIC_RELAXED);
    if (head == __atomic_load_n(&fTail, __ATOMIC_ACQUIRE)) return false;
    *value = fSlots[head % kSlots];
    __atomic_store_n(&fHead, head + 1, __ATOMIC_RELEASE);
    return true;
  }

  UInt32 fHead;
  UInt32 fTail;
  UInt32 fSlots[kSlots];
};
OSDefineMetaClassAndStructors(TwoProducers, FlawedFilterDriver)

namespace drydock {
extern const FlawedCase kTwoProducers;
const FlawedCase kTwoProducers = {
    .name = "two-producers",
    .defect = "Filter and client both put into a ring that is made for one producer",
    .failure = "data-race",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(TwoProducers); },
    .clients = 1,
    .interrupts = 2,
    .needs_hooks = true,
    .stacks = {"TwoProducers::put", "TwoProducers::put"},
};
}  // namespace drydock
