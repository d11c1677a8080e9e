// Client 0 replaces the buffer; client 1 waits for the device and reads the first word of the
// buffer.
//
// Defect: client 1 reads through a pointer that it loaded before it slept in the gate.
// Finding: use-after-free.
// Sound twin: it loads the pointer again after the sleep.
#include <IOKit/IOLib.h>

#include "drivers/flawed/flawed_driver.h"

class ReadAfterFree : public FlawedDriver {
  OSDeclareDefaultStructors(ReadAfterFree)

 public:
  bool start(IOService *provider) override {
    fBuffer = (UInt32 *)IOMallocZero(kBytes);
    return FlawedDriver::start(provider);
  }
  void free() override {
    IOFree(fBuffer, kBytes);
    FlawedDriver::free();
  }
  IOReturn call(UInt32 client) override {
    return run(client == 0 ? &ReadAfterFree::replaceGated : &ReadAfterFree::lookGated);
  }

 private:
  static const vm_size_t kBytes = 32;

  IOReturn run(IOReturn (ReadAfterFree::*action)()) {
    return fGate->runAction(OSMemberFunctionCast(IOCommandGate::Action, this, action));
  }
  IOReturn replaceGated() {
    IOFree(fBuffer, kBytes);
    fBuffer = (UInt32 *)IOMallocZero(kBytes);
    return kIOReturnSuccess;
  }
  IOReturn lookGated() {
    UInt32 *buffer = fBuffer;
    AbsoluteTime deadline;
    clock_interval_to_deadline(10, kMicrosecondScale, &deadline);
    fGate->commandSleep(&fBuffer, deadline, THREAD_UNINT);  // for the device
    return first(fFlawed ? buffer : fBuffer);
  }
  IOReturn first(UInt32 *buffer) { return buffer[0] == 0 ? kIOReturnSuccess : kIOReturnError; }

  UInt32 *fBuffer;
};
OSDefineMetaClassAndStructors(ReadAfterFree, FlawedDriver)

namespace drydock {
extern const FlawedCase kReadAfterFree;
const FlawedCase kReadAfterFree = {
    .name = "read-after-free",
    .defect =
        "It keeps a pointer to a buffer while it sleeps in the gate, and reads through it when it "
        "wakes",
    .failure = "use-after-free",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(ReadAfterFree); },
    .needs_hooks = true,
    .stacks = {"ReadAfterFree::first", "ReadAfterFree::start", "ReadAfterFree::replaceGated"},
};
}  // namespace drydock
