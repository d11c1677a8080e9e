// libkern/IOLocks.cc
//
// IOLock and IOSimpleLock are the kernel's mutex and spin lock; only IORecursiveLock and IORWLock,
// in files of their own, add something.
#include <IOKit/IOLocks.h>

#include "libkern/lock_sleep.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/panic.h"

using drydock::kernel::WaitNote;
namespace kernel = drydock::kernel;

IOLock *IOLockAlloc(void) { return kernel::MutexAlloc("IOLock"); }

void IOLockFree(IOLock *lock) { kernel::MutexFree(lock); }

lck_mtx_t *IOLockGetMachLock(IOLock *lock) { return lock; }

void IOLockInitWithState(IOLock *lock, IOLockState state) {
  if (state == kIOLockStateLocked) kernel::MutexLock(lock);
}

void IOLockLock(IOLock *lock) { kernel::MutexLock(lock); }

boolean_t IOLockTryLock(IOLock *lock) { return kernel::MutexTryLock(lock); }

void IOLockUnlock(IOLock *lock) { kernel::MutexUnlock(lock); }

int IOLockSleep(IOLock *lock, void *event, UInt32 interType) {
  return IOLockSleepDeadline(lock, event, 0, interType);
}

int IOLockSleepDeadline(IOLock *lock, void *event, AbsoluteTime deadline, UInt32 interType) {
  drydock::RequireEvent(event);
  WaitNote note;
  note.verb = "sleeps with";
  note.name = "IOLock";
  note.object = kernel::MutexId(lock);
  return static_cast<int>(
      kernel::MutexSleep(lock, event, drydock::InterruptibleFrom(interType), deadline, note));
}

void IOLockWakeup(IOLock *, void *event, bool oneThread) {
  drydock::RequireEvent(event);
  kernel::ThreadWakeup(event, oneThread);
}

IOSimpleLock *IOSimpleLockAlloc(void) { return kernel::SpinLockAlloc("IOSimpleLock"); }

void IOSimpleLockFree(IOSimpleLock *lock) { kernel::SpinLockFree(lock); }

lck_spin_t *IOSimpleLockGetMachLock(IOSimpleLock *lock) { return lock; }

void IOSimpleLockInit(IOSimpleLock *) {}

void IOSimpleLockDestroy(IOSimpleLock *) {}

void IOSimpleLockLock(IOSimpleLock *lock) { kernel::SpinLockLock(lock); }

boolean_t IOSimpleLockTryLock(IOSimpleLock *lock) { return kernel::SpinLockTryLock(lock); }

void IOSimpleLockUnlock(IOSimpleLock *lock) { kernel::SpinLockUnlock(lock); }

IOInterruptState IOSimpleLockLockDisableInterrupt(IOSimpleLock *lock) {
  return kernel::SpinLockLockDisableInterrupts(lock);
}

void IOSimpleLockUnlockEnableInterrupt(IOSimpleLock *lock, IOInterruptState state) {
  kernel::SpinLockUnlockRestoreInterrupts(lock, state != 0);
}
