// The read-write lock.
#include "scheduler/kernel/panic.h"
#include "scheduler/sim/lock.h"
#include "scheduler/sim/machine.h"

namespace drydock::kernel {

using sim::machine;
using sim::MakeLock;
using sim::UnmakeLock;
using trace::EventKind;

namespace {

sim::Pool<RWLock>* RWLocks() { return machine != nullptr ? &machine->locks().rw_locks : nullptr; }

void Sleep(RWLock* lock, const void* event, const char* verb) {
  const WaitNote note = {verb, lock->name, lock->id, lock->writer, /*for_lock=*/true};
  if (machine != nullptr) {
    machine->Emit(EventKind::kLockContend, ThreadIdOf(lock->writer), 0, lock->id, lock->name, verb);
  }
  MutexSleep(lock->lock, event, Interruptible::kUninterruptible, 0, note);
}

// The calling thread has come to hold one more, or one less.
void Count(RWLock* lock, int change, const char* how) {
  Thread* self = CurrentThread();
  if (self == nullptr) return;
  self->rw_locks += change;
  machine->Emit(change > 0 ? EventKind::kLockAcquire : EventKind::kLockRelease, 0, 0, lock->id,
                lock->name, how);
  if (change < 0) machine->DropFloor(self);
}

void Read(RWLock* lock) {
  ++lock->readers;
  Count(lock, 1, "shared");
}

void Write(RWLock* lock) {
  lock->writing = true;
  lock->writer = CurrentThread();
  Count(lock, 1, "exclusive");
}

// Lets in who may come now: a waiting writer, else all waiting readers. They find out for
// themselves whether somebody was faster.
void WakeNext(RWLock* lock) {
  if (lock->waiting_writers > 0) {
    ThreadWakeup(&lock->waiting_writers, /*one_thread=*/true);
  } else {
    ThreadWakeup(&lock->readers, /*one_thread=*/false);
  }
}

}  // namespace

RWLock* RWLockAlloc(absl::string_view name) {
  RWLock* lock = MakeLock(RWLocks(), name);
  lock->lock = MutexAlloc(name);
  lock->lock->detail = "inner";
  return lock;
}

void RWLockFree(RWLock* lock) {
  MutexFree(lock->lock);
  UnmakeLock(RWLocks(), lock);
}

void RWLockLockShared(RWLock* lock) {
  MutexLock(lock->lock);
  while (lock->writing || lock->waiting_writers > 0) {
    Sleep(lock, &lock->readers, "waits to read under");
  }
  Read(lock);
  MutexUnlock(lock->lock);
}

void RWLockLockExclusive(RWLock* lock) {
  MutexLock(lock->lock);
  ++lock->waiting_writers;
  while (lock->writing || lock->readers > 0) {
    Sleep(lock, &lock->waiting_writers, "waits to write under");
  }
  --lock->waiting_writers;
  Write(lock);
  MutexUnlock(lock->lock);
}

bool RWLockTryLockShared(RWLock* lock) {
  MutexLock(lock->lock);
  const bool free = !lock->writing && lock->waiting_writers == 0;
  if (free) Read(lock);
  MutexUnlock(lock->lock);
  return free;
}

bool RWLockTryLockExclusive(RWLock* lock) {
  MutexLock(lock->lock);
  const bool free = !lock->writing && lock->readers == 0;
  if (free) Write(lock);
  MutexUnlock(lock->lock);
  return free;
}

void RWLockUnlock(RWLock* lock) {
  MutexLock(lock->lock);
  if (lock->writing) {
    if (lock->writer != CurrentThread()) {
      Panic("read-write lock ", lock->name, " is released by a thread that is not its writer");
    }
    lock->writing = false;
    lock->writer = nullptr;
    Count(lock, -1, "exclusive");
    WakeNext(lock);
  } else if (lock->readers == 0) {
    Panic("read-write lock ", lock->name, " is released that nobody holds");
  } else {
    --lock->readers;
    Count(lock, -1, "shared");
    if (lock->readers == 0) WakeNext(lock);
  }
  MutexUnlock(lock->lock);
}

}  // namespace drydock::kernel
