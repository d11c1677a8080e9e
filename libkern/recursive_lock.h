// libkern/recursive_lock.h
//
// The inside of an IORecursiveLock, for code that builds on it and reports about it: the gate of a
// work loop.
#ifndef DRYDOCK_LIBKERN_RECURSIVE_LOCK_H_
#define DRYDOCK_LIBKERN_RECURSIVE_LOCK_H_

#include <atomic>

#include <IOKit/IOLocks.h>

#include "absl/strings/string_view.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/types.h"
#include "scheduler/kernel/wait.h"

// Only the thread that holds the mutex writes `owner` and `depth`. Another thread may read them: it
// never finds itself the owner.
struct IORecursiveLock {
  drydock::kernel::Mutex* mutex;
  std::atomic<drydock::kernel::Thread*> owner;
  std::atomic<unsigned> depth;
};

namespace drydock {

// What reports call the lock.
void SetRecursiveLockName(IORecursiveLock* lock, absl::string_view name);

// The id the lock has in events.
kernel::ObjectId RecursiveLockId(const IORecursiveLock* lock);

// The thread that owns the lock, or null; how often that thread has taken it; 0 if it is free.
kernel::Thread* RecursiveLockOwner(const IORecursiveLock* lock);
inline int RecursiveLockDepth(const IORecursiveLock* lock) {
  return static_cast<int>(lock->depth.load(std::memory_order_relaxed));
}

// How many threads wait for the lock.
inline int RecursiveLockWaiters(const IORecursiveLock* lock) {
  return kernel::MutexWaiters(lock->mutex);
}

// How long its owner, the calling thread, has slept since it took the lock, other than in
// RecursiveLockSleep.
inline kernel::Time RecursiveLockOwnerSlept(const IORecursiveLock* lock) {
  return kernel::MutexOwnerSlept(lock->mutex);
}

// IORecursiveLockSleepDeadline, with the text for the wait in reports. `deadline` 0 is none.
int RecursiveLockSleep(IORecursiveLock* lock, const void* event, kernel::Time deadline,
                       UInt32 interruptible, const kernel::WaitNote& note);

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_RECURSIVE_LOCK_H_
