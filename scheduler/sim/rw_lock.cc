// What the simulated kernel adds to the read-write lock (scheduler/rw_lock.h): storage, and the
// floor under the priority of a thread that holds one.
#include "scheduler/sim/lock.h"
#include "scheduler/sim/machine.h"

namespace drydock::kernel {

using sim::machine;

namespace {

sim::Pool<RWLock>* RWLocks() { return machine != nullptr ? &machine->locks().rw_locks : nullptr; }

}  // namespace

RWLock* RWLockAlloc(absl::string_view name) {
  RWLock* lock = sim::MakeLock(RWLocks(), name);
  lock->lock = MutexAlloc(name);
  lock->lock->mode = trace::LockMode::kInner;
  return lock;
}

void RWLockFree(RWLock* lock) {
  MutexFree(lock->lock);
  sim::UnmakeLock(RWLocks(), lock);
}

void internal::CountRWLock(Thread* self, int change) {
  self->rw_locks += change;
  if (change < 0) machine->dispatcher().DropFloor(self);
}

}  // namespace drydock::kernel
