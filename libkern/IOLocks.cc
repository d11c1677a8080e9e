// IOLock, IORWLock and IOSimpleLock are the kernel's own locks; only IORecursiveLock, in a file of
// its own, adds something.
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

IORWLock *IORWLockAlloc(void) { return kernel::RWLockAlloc("IORWLock"); }

void IORWLockFree(IORWLock *lock) { kernel::RWLockFree(lock); }

lck_rw_t *IORWLockGetMachLock(IORWLock *lock) { return lock; }

void IORWLockRead(IORWLock *lock) { kernel::RWLockLockShared(lock); }

void IORWLockWrite(IORWLock *lock) { kernel::RWLockLockExclusive(lock); }

boolean_t IORWLockTryRead(IORWLock *lock) { return kernel::RWLockTryLockShared(lock); }

boolean_t IORWLockTryWrite(IORWLock *lock) { return kernel::RWLockTryLockExclusive(lock); }

void IORWLockUnlock(IORWLock *lock) { kernel::RWLockUnlock(lock); }

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
