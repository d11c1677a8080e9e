// A lock-free list of free commands: pop replaces the head by its successor, if the head has not
// changed meanwhile.
//
// Defect: the head is compared by its number alone, so a head that was popped and pushed again in
// between counts as unchanged (ABA).
// Finding: panic.
// Sound twin: the head also holds a count of its changes.
#include <IOKit/IOLib.h>
#include <libkern/OSAtomic.h>

#include "drivers/flawed/flawed_driver.h"

class FreeListABA : public FlawedDriver {
  OSDeclareDefaultStructors(FreeListABA)

 public:
  bool start(IOService *provider) override {
    for (UInt32 i = kNone + 1; i <= kCommands; ++i) fNext[i] = i == kCommands ? kNone : i + 1;
    fHead = kNone + 1;
    return FlawedDriver::start(provider);
  }
  IOReturn call(UInt32) override {
    for (UInt32 round = 0; round < 4; ++round) {
      UInt32 first = pop();
      UInt32 second = pop();
      push(first);
      push(second);
    }
    return kIOReturnSuccess;
  }

 private:
  static const UInt32 kNone = 0;
  static const UInt32 kCommands = 3;

  // Numbers in the low half; how often the head was changed in the high half, if that is counted.
  UInt64 changed(UInt64 head, UInt32 number) {
    return fFlawed ? number : ((head >> 32) + 1) << 32 | number;
  }
  UInt32 pop() {
    UInt64 head;
    UInt32 number;
    do {
      head = __atomic_load_n(&fHead, __ATOMIC_ACQUIRE);
      number = (UInt32)head;
      if (number == kNone) return kNone;
    } while (!OSCompareAndSwap64(head, changed(head, next(number)), &fHead));
    use(number);
    return number;
  }
  void push(UInt32 number) {
    if (number == kNone) return;
    OSDecrementAtomic(&fUsers[number]);
    UInt64 head;
    do {
      head = __atomic_load_n(&fHead, __ATOMIC_ACQUIRE);
      __atomic_store_n(&fNext[number], (UInt32)head, __ATOMIC_RELAXED);
    } while (!OSCompareAndSwap64(head, changed(head, number), &fHead));
  }
  UInt32 next(UInt32 number) { return __atomic_load_n(&fNext[number], __ATOMIC_RELAXED); }

  // A command that was popped has one user.
  void use(UInt32 number) {
    if (OSIncrementAtomic(&fUsers[number]) != 0) panic("command %u is used twice", (int)number);
  }

  volatile UInt64 fHead;
  UInt32 fNext[kCommands + 1];
  SInt32 fUsers[kCommands + 1];
};
OSDefineMetaClassAndStructors(FreeListABA, FlawedDriver)

namespace drydock {
extern const FlawedCase kFreeListABA;
const FlawedCase kFreeListABA = {
    .name = "free-list-aba",
    .defect =
        "Its lock-free free list takes a head that was popped and pushed again for one that never "
        "changed",
    .failure = "panic",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(FreeListABA); },
    .needs_hooks = true,
    .stacks = {"FreeListABA::use"},
};
}  // namespace drydock
