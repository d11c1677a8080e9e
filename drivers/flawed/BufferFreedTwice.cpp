// Each client that closes waits for the device and frees the buffer.
//
// Defect: the check for the buffer and its free run outside the gate, so two clients can both free
// it.
// Finding: double-free.
// Sound twin: freeBuffer runs in the gate.
#include <IOKit/IOLib.h>

#include "drivers/flawed/flawed_driver.h"

class BufferFreedTwice : public FlawedDriver {
  OSDeclareDefaultStructors(BufferFreedTwice)

 public:
  bool start(IOService *provider) override {
    fBuffer = IOMalloc(64);
    return FlawedDriver::start(provider);
  }
  void free() override {
    if (fBuffer != NULL) IOFree(fBuffer, 64);
    FlawedDriver::free();
  }
  IOReturn call(UInt32) override {
    if (fFlawed) return freeBuffer();
    return fGate->runAction(
        OSMemberFunctionCast(IOCommandGate::Action, this, &BufferFreedTwice::freeBuffer));
  }

 private:
  IOReturn freeBuffer() {
    if (fBuffer == NULL) return kIOReturnSuccess;
    void *buffer = fBuffer;
    IODelay(1);  // until the device is done with it
    IOFree(buffer, 64);
    fBuffer = NULL;
    return kIOReturnSuccess;
  }

  void *fBuffer;
};
OSDefineMetaClassAndStructors(BufferFreedTwice, FlawedDriver)

namespace drydock {
extern const FlawedCase kBufferFreedTwice;
const FlawedCase kBufferFreedTwice = {
    .name = "buffer-freed-twice",
    .defect = "Two clients may both find the buffer and free it, outside of the gate",
    .failure = "double-free",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(BufferFreedTwice); },
    .also_races = true,
    .stacks = {"BufferFreedTwice::freeBuffer", "BufferFreedTwice::start",
               "BufferFreedTwice::freeBuffer"},
};
}  // namespace drydock
