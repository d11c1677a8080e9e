// Clients share a buffer and count the references to it; the last to drop its reference frees the
// buffer.
//
// Defect: the count is changed by a plain decrement.
// Finding: data-race.
// Sound twin: the decrement is atomic.
#include <IOKit/IOLib.h>
#include <libkern/OSAtomic.h>

#include "drivers/flawed/flawed_driver.h"

class PlainReferences : public FlawedDriver {
  OSDeclareDefaultStructors(PlainReferences)

 public:
  bool start(IOService *provider) override {
    fBuffer = (UInt8 *)IOMalloc(kBytes);
    fUsers = 2;
    return FlawedDriver::start(provider);
  }
  void free() override {
    giveBack();
    FlawedDriver::free();
  }
  IOReturn call(UInt32 client) override {
    fBuffer[client] = 1;
    drop();
    return kIOReturnSuccess;
  }

 private:
  static const vm_size_t kBytes = 64;

  void drop() {
    SInt32 before = fFlawed ? fUsers-- : OSDecrementAtomic(&fUsers);
    if (before == 1) giveBack();
  }
  void giveBack() {
    if (fBuffer != NULL) IOFree(fBuffer, kBytes);
    fBuffer = NULL;
  }

  UInt8 *fBuffer;
  SInt32 fUsers;
};
OSDefineMetaClassAndStructors(PlainReferences, FlawedDriver)

namespace drydock {
extern const FlawedCase kPlainReferences;
const FlawedCase kPlainReferences = {
    .name = "plain-references",
    .defect = "It counts references with a plain decrement",
    .failure = "data-race",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(PlainReferences); },
    .needs_hooks = true,
    .stacks = {"PlainReferences::drop", "PlainReferences::drop"},
};
}  // namespace drydock
