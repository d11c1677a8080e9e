// Clients insert into a table and look keys up in it, under a read-write lock.
//
// Defect: the look-up does not take the lock.
// Finding: data-race.
// Sound twin: the look-up holds the lock for reading.
#include <IOKit/IOLocks.h>

#include "drivers/flawed/flawed_driver.h"

class UnlockedReader : public FlawedDriver {
  OSDeclareDefaultStructors(UnlockedReader)

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
    if (client == 0) {
      IORWLockWrite(fLock);
      insert(7, 1);
      IORWLockUnlock(fLock);
      return kIOReturnSuccess;
    }
    if (!fFlawed) IORWLockRead(fLock);
    UInt32 value = find(7);
    if (!fFlawed) IORWLockUnlock(fLock);
    return value <= 1 ? kIOReturnSuccess : kIOReturnError;
  }

 private:
  void insert(UInt32 key, UInt32 value) {
    fEntries[fCount].key = key;
    fEntries[fCount].value = value;
    ++fCount;
  }
  UInt32 find(UInt32 key) {
    for (UInt32 i = 0; i < fCount; ++i) {
      if (fEntries[i].key == key) return fEntries[i].value;
    }
    return 0;
  }

  struct Entry {
    UInt32 key;
    UInt32 value;
  };
  IORWLock *fLock;
  Entry fEntries[4];
  UInt32 fCount;
};
OSDefineMetaClassAndStructors(UnlockedReader, FlawedDriver)

namespace drydock {
extern const FlawedCase kUnlockedReader;
const FlawedCase kUnlockedReader = {
    .name = "unlocked-reader",
    .defect = "It looks keys up in a table without the lock under which other clients change it",
    .failure = "data-race",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(UnlockedReader); },
    .needs_hooks = true,
    .stacks = {"UnlockedReader::find", "UnlockedReader::insert"},
};
}  // namespace drydock
