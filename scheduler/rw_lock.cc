// The read-write lock, on a mutex and events.
#include "scheduler/rw_lock.h"

#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/trace.h"
#include "trace/event_values.h"

namespace drydock::kernel {

using trace::EventKind;

namespace {

RWLockState* StateOf(RWLock* lock) { return reinterpret_cast<RWLockState*>(lock); }

void Sleep(RWLockState* lock, const void* event, const char* verb) {
  Trace(EventKind::kLockContend, lock->id, ThreadIdOf(lock->writer), 0, lock->name, verb);
  MutexSleep(lock->lock, event, Interruptible::kUninterruptible, 0,
             {verb, lock->name, lock->id, lock->writer, /*for_lock=*/true});
}

// The calling thread has come to hold one more, or one less.
void Count(RWLockState* lock, int change, trace::LockMode mode) {
  Thread* const self = CurrentThread();
  if (self == nullptr) return;
  Trace(change > 0 ? EventKind::kLockAcquire : EventKind::kLockRelease, lock->id, 0,
        trace::LockUse(mode), lock->name);
  internal::CountRWLock(self, change);
}

void Read(RWLockState* lock) {
  ++lock->readers;
  Count(lock, 1, trace::LockMode::kShared);
}

void Write(RWLockState* lock) {
  lock->writing = true;
  lock->writer = CurrentThread();
  Count(lock, 1, trace::LockMode::kExclusive);
}

// Wakes the waiters that may enter now: a waiting writer, else all waiting readers. Each checks
// again when it runs, because another thread may have entered first.
void WakeNext(RWLockState* lock) {
  if (lock->waiting_writers > 0) {
    ThreadWakeup(&lock->waiting_writers, /*one_thread=*/true);
  } else {
    ThreadWakeup(&lock->readers, /*one_thread=*/false);
  }
}

}  // namespace

void RWLockLockShared(RWLock* rw_lock) {
  RWLockState* const lock = StateOf(rw_lock);
  MutexLock(lock->lock);
  while (lock->writing || lock->waiting_writers > 0) {
    Sleep(lock, &lock->readers, "waits to read under");
  }
  Read(lock);
  MutexUnlock(lock->lock);
}

void RWLockLockExclusive(RWLock* rw_lock) {
  RWLockState* const lock = StateOf(rw_lock);
  MutexLock(lock->lock);
  ++lock->waiting_writers;
  while (lock->writing || lock->readers > 0) {
    Sleep(lock, &lock->waiting_writers, "waits to write under");
  }
  --lock->waiting_writers;
  Write(lock);
  MutexUnlock(lock->lock);
}

bool RWLockTryLockShared(RWLock* rw_lock) {
  RWLockState* const lock = StateOf(rw_lock);
  MutexLock(lock->lock);
  const bool free = !lock->writing && lock->waiting_writers == 0;
  if (free) Read(lock);
  MutexUnlock(lock->lock);
  return free;
}

bool RWLockTryLockExclusive(RWLock* rw_lock) {
  RWLockState* const lock = StateOf(rw_lock);
  MutexLock(lock->lock);
  const bool free = !lock->writing && lock->readers == 0;
  if (free) Write(lock);
  MutexUnlock(lock->lock);
  return free;
}

void RWLockUnlock(RWLock* rw_lock) {
  RWLockState* const lock = StateOf(rw_lock);
  MutexLock(lock->lock);
  if (lock->writing) {
    if (lock->writer != CurrentThread()) {
      Panic("read-write lock ", lock->name, " is released by a thread that is not its writer");
    }
    lock->writing = false;
    lock->writer = nullptr;
    Count(lock, -1, trace::LockMode::kExclusive);
    WakeNext(lock);
  } else if (lock->readers == 0) {
    Panic("read-write lock ", lock->name, " is released but not held");
  } else {
    --lock->readers;
    Count(lock, -1, trace::LockMode::kShared);
    if (lock->readers == 0) WakeNext(lock);
  }
  MutexUnlock(lock->lock);
}

}  // namespace drydock::kernel
