// A table is made at its first use, under a lock.
//
// Defect: the first check of the pointer to the table is a plain read, without the lock.
// Finding: data-race.
// Sound twin: that read is an acquire, and the store a release.
#include <IOKit/IOLib.h>

#include "drivers/flawed/flawed_driver.h"

class LazyInit : public FlawedDriver {
  OSDeclareDefaultStructors(LazyInit)

 public:
  bool start(IOService *provider) override {
    fLock = IOLockAlloc();
    return FlawedDriver::start(provider);
  }
  void free() override {
    if (fTable != NULL) IOFree(fTable, kBytes);
    IOLockFree(fLock);
    FlawedDriver::free();
  }
  IOReturn call(UInt32) override { return table()[0] == 42 ? kIOReturnSuccess : kIOReturnError; }

 private:
  static const vm_size_t kBytes = 16;

  UInt32 *table() {
    UInt32 *table = fFlawed ? fTable : __atomic_load_n(&fTable, __ATOMIC_ACQUIRE);
    return table != NULL ? table : make();
  }
  UInt32 *make() {
    IOLockLock(fLock);
    if (fTable == NULL) {
      UInt32 *table = (UInt32 *)IOMalloc(kBytes);
      table[0] = 42;
      if (fFlawed) {
        fTable = table;
      } else {
        __atomic_store_n(&fTable, table, __ATOMIC_RELEASE);
      }
    }
    IOLockUnlock(fLock);
    return fTable;
  }

  IOLock *fLock;
  UInt32 *fTable;
};
OSDefineMetaClassAndStructors(LazyInit, FlawedDriver)

namespace drydock {
extern const FlawedCase kLazyInit;
const FlawedCase kLazyInit = {
    .name = "lazy-init",
    .defect =
        "It checks a pointer without the lock under which the pointer is set, and once more with "
        "it",
    .failure = "data-race",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(LazyInit); },
    .needs_hooks = true,
    .stacks = {"LazyInit::table", "LazyInit::make"},
};
}  // namespace drydock
