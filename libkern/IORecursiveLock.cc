// IORecursiveLock: a lock that its owner may take again, and sleeping on it.
#include <IOKit/IOLocks.h>

#include "libkern/kernel_heap.h"
#include "libkern/lock_sleep.h"
#include "libkern/mach_lock_group.h"
#include "libkern/recursive_lock.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/wait.h"

namespace kernel = drydock::kernel;

namespace {

// With no run in progress there is no current thread, so the depth tells whether the lock is owned.
bool Owns(const IORecursiveLock *lock, const kernel::Thread *thread) {
  return lock->owner.load(std::memory_order_relaxed) == thread &&
         lock->depth.load(std::memory_order_relaxed) > 0;
}

// Only the owner calls it, so it need not be atomic.
unsigned AddDepth(IORecursiveLock *lock, int change) {
  const unsigned depth =
      lock->depth.load(std::memory_order_relaxed) + static_cast<unsigned>(change);
  lock->depth.store(depth, std::memory_order_relaxed);
  return depth;
}

void SetOwner(IORecursiveLock *lock, kernel::Thread *owner, unsigned depth) {
  lock->owner.store(owner, std::memory_order_relaxed);
  lock->depth.store(depth, std::memory_order_relaxed);
}

IORecursiveLock *Alloc(absl::string_view name) {
  auto *lock = static_cast<IORecursiveLock *>(
      drydock::HeapAllocate(drydock::BlockKind::kInternal, sizeof(IORecursiveLock), /*zero=*/true));
  lock->mutex = kernel::MutexAlloc(name);
  return lock;
}

}  // namespace

IORecursiveLock *IORecursiveLockAlloc(void) { return Alloc("IORecursiveLock"); }

IORecursiveLock *IORecursiveLockAllocWithLockGroup(lck_grp_t *lockGroup) {
  return Alloc(drydock::LockGroupName(lockGroup, "IORecursiveLock"));
}

void IORecursiveLockFree(IORecursiveLock *lock) {
  kernel::MutexFree(lock->mutex);
  drydock::HeapFree(lock);
}

lck_mtx_t *IORecursiveLockGetMachLock(IORecursiveLock *lock) { return lock->mutex; }

void IORecursiveLockLock(IORecursiveLock *lock) {
  kernel::Thread *const thread = kernel::CurrentThread();
  if (Owns(lock, thread)) {
    AddDepth(lock, 1);
    return;
  }
  kernel::MutexLock(lock->mutex);
  SetOwner(lock, thread, 1);
}

boolean_t IORecursiveLockTryLock(IORecursiveLock *lock) {
  kernel::Thread *const thread = kernel::CurrentThread();
  if (Owns(lock, thread)) {
    AddDepth(lock, 1);
    return true;
  }
  if (!kernel::MutexTryLock(lock->mutex)) return false;
  SetOwner(lock, thread, 1);
  return true;
}

void IORecursiveLockUnlock(IORecursiveLock *lock) {
  if (!Owns(lock, kernel::CurrentThread())) {
    kernel::Panic("a recursive lock was unlocked by a thread that does not own it");
  }
  if (AddDepth(lock, -1) > 0) return;
  lock->owner.store(nullptr, std::memory_order_relaxed);
  // The next owner may free the lock, so nothing may touch it after this.
  kernel::MutexUnlock(lock->mutex);
}

boolean_t IORecursiveLockHaveLock(const IORecursiveLock *lock) {
  return Owns(lock, kernel::CurrentThread());
}

int IORecursiveLockSleep(IORecursiveLock *lock, void *event, UInt32 interType) {
  return IORecursiveLockSleepDeadline(lock, event, 0, interType);
}

int IORecursiveLockSleepDeadline(IORecursiveLock *lock, void *event, AbsoluteTime deadline,
                                 UInt32 interType) {
  kernel::WaitNote note;
  note.verb = "sleeps with";
  note.name = "IORecursiveLock";
  note.object = kernel::MutexId(lock->mutex);
  return drydock::RecursiveLockSleep(lock, event, deadline, interType, note);
}

void IORecursiveLockWakeup(IORecursiveLock *, void *event, bool oneThread) {
  drydock::RequireEvent(event);
  kernel::ThreadWakeup(event, oneThread);
}

namespace drydock {

void SetRecursiveLockName(IORecursiveLock *lock, absl::string_view name) {
  kernel::MutexSetName(lock->mutex, name);
}

kernel::ObjectId RecursiveLockId(const IORecursiveLock *lock) {
  return kernel::MutexId(lock->mutex);
}

kernel::Thread *RecursiveLockOwner(const IORecursiveLock *lock) {
  return lock->owner.load(std::memory_order_relaxed);
}

int RecursiveLockSleep(IORecursiveLock *lock, const void *event, kernel::Time deadline,
                       UInt32 interruptible, const kernel::WaitNote &note) {
  RequireEvent(event);
  kernel::Thread *const thread = kernel::CurrentThread();
  if (!Owns(lock, thread)) {
    kernel::Panic("a thread slept with a recursive lock that it does not own");
  }
  const unsigned depth = lock->depth.load(std::memory_order_relaxed);
  SetOwner(lock, nullptr, 0);
  const kernel::WaitResult result =
      kernel::MutexSleep(lock->mutex, event, InterruptibleFrom(interruptible), deadline, note);
  SetOwner(lock, thread, depth);
  return static_cast<int>(result);
}

}  // namespace drydock
