// IOKit/IOLocks.h
//
// Locks. (workloop.md 6)
//
//   kind              taken twice by its owner   a waiter                   may sleep with it
//   IOLock            panic (LK-2)               blocks                     yes
//   IORecursiveLock   nests (LK-5)               blocks                     yes
//   IORWLock          as a writer: deadlock      blocks; writers first      yes
//   IOSimpleLock      deadlock                   spins                      no
//
// The first three are for thread context only. A released lock is not handed to a waiter: the first
// thread to run takes it. Sleeping on an event drops a lock completely and takes it again as it was
// (LK-1), whatever ended the sleep: the result is THREAD_AWAKENED, THREAD_TIMED_OUT or
// THREAD_INTERRUPTED. A null event panics.
#ifndef _IOKIT_IOLOCKS_H
#define _IOKIT_IOLOCKS_H

#include <IOKit/IOTypes.h>
#include <kern/locks.h>

typedef drydock::kernel::Mutex IOLock;
typedef struct IORecursiveLock IORecursiveLock;
typedef drydock::kernel::RWLock IORWLock;
typedef drydock::kernel::SpinLock IOSimpleLock;

typedef enum {
  kIOLockStateUnlocked = 0,
  kIOLockStateLocked = 1,
} IOLockState;

typedef boolean_t IOInterruptState;

extern "C" {

// A lock that one thread owns at a time.
IOLock *IOLockAlloc(void);
void IOLockFree(IOLock *lock);
lck_mtx_t *IOLockGetMachLock(IOLock *lock);
void IOLockInitWithState(IOLock *lock, IOLockState state);
#define IOLockInit(lock) IOLockInitWithState((lock), kIOLockStateUnlocked)
void IOLockLock(IOLock *lock);
// Takes the lock if it is free; false if it is not.
boolean_t IOLockTryLock(IOLock *lock);
void IOLockUnlock(IOLock *lock);
// Drops the lock, waits for `event`, takes it again. `interType` is THREAD_UNINT, _INTERRUPTIBLE or
// _ABORTSAFE; `deadline` an absolute time.
int IOLockSleep(IOLock *lock, void *event, UInt32 interType);
int IOLockSleepDeadline(IOLock *lock, void *event, AbsoluteTime deadline, UInt32 interType);
// Wakes all threads that sleep on `event`, or the first in line, whichever lock they slept with
// (LK-3).
void IOLockWakeup(IOLock *lock, void *event, bool oneThread);
#define IOTakeLock(lock) IOLockLock(lock)
#define IOTryLock(lock) IOLockTryLock(lock)
#define IOUnlock(lock) IOLockUnlock(lock)

// A lock its owner may take again; free when given back as often.
IORecursiveLock *IORecursiveLockAlloc(void);
IORecursiveLock *IORecursiveLockAllocWithLockGroup(lck_grp_t *lockGroup);
void IORecursiveLockFree(IORecursiveLock *lock);
lck_mtx_t *IORecursiveLockGetMachLock(IORecursiveLock *lock);
void IORecursiveLockLock(IORecursiveLock *lock);
boolean_t IORecursiveLockTryLock(IORecursiveLock *lock);
// Panics unless the caller owns the lock.
void IORecursiveLockUnlock(IORecursiveLock *lock);
// Whether the caller owns the lock.
boolean_t IORecursiveLockHaveLock(const IORecursiveLock *lock);
int IORecursiveLockSleep(IORecursiveLock *lock, void *event, UInt32 interType);
int IORecursiveLockSleepDeadline(IORecursiveLock *lock, void *event, AbsoluteTime deadline,
                                 UInt32 interType);
void IORecursiveLockWakeup(IORecursiveLock *lock, void *event, bool oneThread);

// A lock for many readers or one writer. A waiting writer keeps new readers out (LK-4); when no
// writer waits any more, all waiting readers enter.
IORWLock *IORWLockAlloc(void);
void IORWLockFree(IORWLock *lock);
lck_rw_t *IORWLockGetMachLock(IORWLock *lock);
void IORWLockRead(IORWLock *lock);
void IORWLockWrite(IORWLock *lock);
boolean_t IORWLockTryRead(IORWLock *lock);
boolean_t IORWLockTryWrite(IORWLock *lock);
// Gives back either kind.
void IORWLockUnlock(IORWLock *lock);
#define IOReadLock(lock) IORWLockRead(lock)
#define IOWriteLock(lock) IORWLockWrite(lock)
#define IORWUnlock(lock) IORWLockUnlock(lock)

// A spin lock: no preemption and no blocking while it is held. Also in interrupt context, if every
// other holder keeps interrupts off.
IOSimpleLock *IOSimpleLockAlloc(void);
void IOSimpleLockFree(IOSimpleLock *lock);
lck_spin_t *IOSimpleLockGetMachLock(IOSimpleLock *lock);
// An allocated lock is ready already: these do nothing.
void IOSimpleLockInit(IOSimpleLock *lock);
void IOSimpleLockDestroy(IOSimpleLock *lock);
void IOSimpleLockLock(IOSimpleLock *lock);
boolean_t IOSimpleLockTryLock(IOSimpleLock *lock);
void IOSimpleLockUnlock(IOSimpleLock *lock);
// Keeps interrupts off the CPU as well; returns whether they were on, for the matching unlock.
IOInterruptState IOSimpleLockLockDisableInterrupt(IOSimpleLock *lock);
void IOSimpleLockUnlockEnableInterrupt(IOSimpleLock *lock, IOInterruptState state);

}  // extern "C"

#endif  // _IOKIT_IOLOCKS_H
