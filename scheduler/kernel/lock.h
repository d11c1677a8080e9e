// scheduler/kernel/lock.h
//
// The kernel's locks: a mutex that blocks, and a spin lock that does not. Recursive locks and gates
// are built on the mutex by libkern/.
#ifndef DRYDOCK_SCHEDULER_KERNEL_LOCK_H_
#define DRYDOCK_SCHEDULER_KERNEL_LOCK_H_

#include "absl/strings/string_view.h"
#include "scheduler/kernel/types.h"
#include "scheduler/kernel/wait.h"

namespace drydock::kernel {

// A mutual-exclusion lock owned by a thread. Not recursive. A contended unlock wakes the waiter of
// highest priority but does not hand the lock over, so a running thread may barge in.
// (workloop.md 6)
struct Mutex;

// Waiters push the owner's priority up, as far as 95, along chains of owners, unless it was turned
// off by MutexSetPromotes. (workloop.md 7.8; historic: 8.1)
Mutex* MutexAlloc(absl::string_view name);
void MutexFree(Mutex* mutex);
void MutexSetPromotes(Mutex* mutex, bool promotes);
void MutexSetName(Mutex* mutex, absl::string_view name);
ObjectId MutexId(const Mutex* mutex);

// Blocks until the caller owns the lock. Thread context only. Panics if the caller owns it already.
void MutexLock(Mutex* mutex);
// Takes the lock if it is free; never waits. False also if the caller owns it already.
bool MutexTryLock(Mutex* mutex);
// Panics unless the caller owns the lock.
void MutexUnlock(Mutex* mutex);
// The owner, or null.
Thread* MutexOwner(const Mutex* mutex);

// How many threads wait for the lock.
int MutexWaiters(const Mutex* mutex);

// How many ns its owner, the calling thread, has waited for events since it took the lock; waits
// for other locks do not count.
Time MutexOwnerSlept(const Mutex* mutex);

// Releases the lock, waits for `event`, takes the lock again. If the wait cannot start
// (kInterrupted) the lock is never dropped. `deadline` as in AssertWait.
WaitResult MutexSleep(Mutex* mutex, const void* event, Interruptible interruptible, Time deadline,
                      const WaitNote& note);

// A lock that one writer holds alone, or several readers together. A waiting writer keeps new
// readers out (LK-4). A thread that loses its CPU while it holds one has a priority of at least 46
// until it has released it (modern profile). Not recursive. Thread context only. (workloop.md 6)
struct RWLock;

RWLock* RWLockAlloc(absl::string_view name);
void RWLockFree(RWLock* lock);
void RWLockLockShared(RWLock* lock);
void RWLockLockExclusive(RWLock* lock);
// Never wait.
bool RWLockTryLockShared(RWLock* lock);
bool RWLockTryLockExclusive(RWLock* lock);
// Releases what the caller holds. Panics if another thread is the writer, or no thread holds it.
void RWLockUnlock(RWLock* lock);

// A lock for a few instructions, also usable in interrupt context. While it is held its owner
// cannot be preempted and must not block. The DisableInterrupts form keeps interrupts off its CPU
// as well, as a lock shared with a primary interrupt handler must.
struct SpinLock;

SpinLock* SpinLockAlloc(absl::string_view name);
void SpinLockFree(SpinLock* lock);
void SpinLockLock(SpinLock* lock);
bool SpinLockTryLock(SpinLock* lock);
void SpinLockUnlock(SpinLock* lock);
// Returns whether interrupts were enabled, for the matching unlock.
bool SpinLockLockDisableInterrupts(SpinLock* lock);
void SpinLockUnlockRestoreInterrupts(SpinLock* lock, bool enabled);

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_LOCK_H_
