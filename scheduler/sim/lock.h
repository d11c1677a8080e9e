// scheduler/sim/lock.h
//
// The simulated kernel's locks. The run owns their storage; those made with no run in progress are
// on the heap.
#ifndef DRYDOCK_SCHEDULER_SIM_LOCK_H_
#define DRYDOCK_SCHEDULER_SIM_LOCK_H_

#include "absl/strings/string_view.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/rw_lock.h"
#include "scheduler/sim/pool.h"
#include "trace/event_values.h"
#include "trace/names.h"

namespace drydock::kernel {

struct Mutex : sim::Recycled<Mutex> {
  ObjectId id = 0;
  const char* name = "";
  Thread* owner = nullptr;  // null also when it was taken with no run in progress
  Time owner_slept = 0;     // what its owner had slept when it took the lock
  bool held = false;
  bool pooled = false;  // storage is the run's
  int waiters = 0;

  // Promotion (scheduler/sim/turnstiles.h): the waiters push the inheritor, which is the owner or,
  // once a waiter has been woken, that waiter.
  bool promotes = true;
  trace::LockMode mode = trace::LockMode::kMutex;  // kInner if it guards another lock's state
  int push = 0;
  Thread* inheritor = nullptr;
  Mutex* next_pusher = nullptr;  // of the inheritor's
};

struct RWLock : RWLockState, sim::Recycled<RWLock> {
  bool pooled = false;  // storage is the run's
};

struct SpinLock : sim::Recycled<SpinLock> {
  ObjectId id = 0;
  const char* name = "";
  bool held = false;
  bool pooled = false;
};

}  // namespace drydock::kernel

namespace drydock::sim {

struct Locks {
  Pool<kernel::Mutex> mutexes;
  Pool<kernel::SpinLock> spin_locks;
  Pool<kernel::RWLock> rw_locks;
  kernel::Mutex* funnels[2] = {};  // made when first taken
};

// A lock out of the run's pool, or off the heap when there is no run.
template <typename Lock>
Lock* MakeLock(Pool<Lock>* pool, absl::string_view name) {
  Lock* lock = pool != nullptr ? pool->Take() : new Lock();
  *lock = Lock();
  lock->id = kernel::NewObjectId();
  lock->name = trace::Intern(name);
  lock->pooled = pool != nullptr;
  return lock;
}

template <typename Lock>
void UnmakeLock(Pool<Lock>* pool, Lock* lock) {
  if (lock->pooled) {
    pool->GiveBack(lock);
  } else {
    delete lock;
  }
}

// Frees a mutex and makes the waiter of highest priority its next inheritor. No choice point.
void ReleaseMutex(kernel::Mutex* mutex);

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_LOCK_H_
