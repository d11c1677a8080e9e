// Clients 2 and 3 add an item each, clients 0 and 1 take one each. A wakeup wakes both of the
// latter.
//
// Defect: a client that was woken takes an item without checking again that there is one.
// Finding: panic.
// Sound twin: the check is a loop.
#include <IOKit/IOLib.h>

#include "drivers/flawed/flawed_driver.h"

class IfForWhile : public FlawedDriver {
  OSDeclareDefaultStructors(IfForWhile)

 public:
  IOReturn call(UInt32 client) override {
    return fGate->runAction(
        OSMemberFunctionCast(IOCommandGate::Action, this,
                             client < 2 ? &IfForWhile::takeGated : &IfForWhile::bringGated));
  }

 private:
  IOReturn bringGated() {
    ++fItems;
    fGate->commandWakeup(&fItems);
    return kIOReturnSuccess;
  }
  IOReturn takeGated() {
    if (fFlawed) {
      if (fItems == 0) fGate->commandSleep(&fItems, THREAD_UNINT);
    } else {
      while (fItems == 0) fGate->commandSleep(&fItems, THREAD_UNINT);
    }
    if (fItems == 0) panic("an item is taken where there is none");
    --fItems;
    return kIOReturnSuccess;
  }

  UInt32 fItems;
};
OSDefineMetaClassAndStructors(IfForWhile, FlawedDriver)

namespace drydock {
extern const FlawedCase kIfForWhile;
const FlawedCase kIfForWhile = {
    .name = "if-for-while",
    .defect = "A client that was woken takes an item without checking that there still is one",
    .failure = "panic",
    .make = []() -> FlawedDriver* { return OSTypeAlloc(IfForWhile); },
    .clients = 4,
    .stacks = {"IfForWhile::takeGated"},
};
}  // namespace drydock
