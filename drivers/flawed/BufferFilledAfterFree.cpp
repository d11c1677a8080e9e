// Client 0 frees the driver's buffer; client 1 has the device fill it.
//
// Defect: client 1 writes to the buffer outside the gate, while client 0 may free it.
// Finding: write-after-free.
// Sound twin: both clients run in the gate.
#include <IOKit/IOLib.h>

#include "drivers/flawed/flawed_driver.h"

class BufferFilledAfterFree : public FlawedDriver {
  OSDeclareDefaultStructors(BufferFilledAfterFree)

 public:
  bool start(IOService *provider) override {
    fBuffer = (UInt8 *)IOMalloc(64);
    return FlawedDriver::start(provider);
  }
  void free() override {
    if (fBuffer != NULL) closeGated();
    FlawedDriver::free();
  }
  IOReturn call(UInt32 client) override {
    if (client == 0) return run(&BufferFilledAfterFree::closeGated);
    return fFlawed ? copy() : run(&BufferFilledAfterFree::copy);
  }

 private:
  IOReturn run(IOReturn (BufferFilledAfterFree::*action)()) {
    return fGate->runAction(OSMemberFunctionCast(IOCommandGate::Action, this, action));
  }

  IOReturn closeGated() {
    IOFree(fBuffer, 64);
    fBuffer = NULL;
    return kIOReturnSuccess;
  }
  IOReturn copy() {
    UInt8 *buffer = fBuffer;
    if (buffer == NULL) return kIOReturnNotOpen;
    IODelay(1);  // for the device
    buffer[0] = 1;
    return kIOReturnSuccess;
  }

  UInt8 *fBuffer;
};
OSDefineMetaClassAndStructors(BufferFilledAfterFree, FlawedDriver)

namespace drydock {
extern const FlawedCase kBufferFilledAfterFree;
const FlawedCase kBufferFilledAfterFree = {
    .name = "buffer-filled-after-free",
    .defect = "It fills a buffer outside of the gate, while another client frees it",
    .failure = "write-after-free",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(BufferFilledAfterFree); },
    .also_races = true,
    .stacks = {"BufferFilledAfterFree::copy", "BufferFilledAfterFree::start",
               "BufferFilledAfterFree::closeGated"},
};
}  // namespace drydock
