// The driver records its last client under a read-write lock.
//
// Defect: it writes while it holds the lock for reading.
// Finding: data-race.
// Sound twin: it holds the lock for writing.
#include <IOKit/IOLocks.h>

#include "drivers/flawed/flawed_driver.h"

class SharedLockWriter : public FlawedDriver {
  OSDeclareDefaultStructors(SharedLockWriter)

 public:
  bool start(IOService *provider) override {
    fLock = IORWLockAlloc();
    return FlawedDriver::start(provider);
  }
  void free() override {
    IORWLockFree(fLock);
    FlawedDriver::free();
  }
  IOReturn call(UInt32 client) override {
    if (fFlawed) {
      IORWLockRead(fLock);
    } else {
      IORWLockWrite(fLock);
    }
    remember(client);
    IORWLockUnlock(fLock);
    return kIOReturnSuccess;
  }

 private:
  void remember(UInt32 client) { fLast = client; }

  IORWLock *fLock;
  UInt32 fLast;
};
OSDefineMetaClassAndStructors(SharedLockWriter, FlawedDriver)

namespace drydock {
extern const FlawedCase kSharedLockWriter;
const FlawedCase kSharedLockWriter = {
    .name = "shared-lock-writer",
    .defect = "It writes while it holds a lock for reading",
    .failure = "data-race",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(SharedLockWriter); },
    .needs_hooks = true,
    .stacks = {"SharedLockWriter::remember", "SharedLockWriter::remember"},
};
}  // namespace drydock
