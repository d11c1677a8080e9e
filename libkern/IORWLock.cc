// libkern/IORWLock.cc
#include <IOKit/IOLocks.h>

#include "libkern/kernel_heap.h"
#include "libkern/rw_lock.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/wait.h"

namespace kernel = drydock::kernel;

// All is guarded by `mutex`, which is held for moments only: who must wait sleeps on the address of
// `readers` or `waitingWriters`, and looks again.
//
//   readers  writer  waitingWriters   a new reader   a new writer
//   0        none    0                enters         enters
//   n        none    0                enters         waits
//   n        none    some             waits (LK-4)   waits
//   0        one     any              waits          waits
//   0        none    some (woken)     waits          enters
struct IORWLock {
  kernel::Mutex *mutex;
  kernel::Thread *writer;
  bool writing;  // by `writer`, which is null with no run in progress
  unsigned readers;
  unsigned waitingWriters;
  const char *name;
};

namespace {

void Sleep(IORWLock *lock, const void *event, const char *verb) {
  kernel::WaitNote note;
  note.verb = verb;
  note.name = lock->name;
  note.object = kernel::MutexId(lock->mutex);
  note.owner = lock->writer;
  note.for_lock = true;
  kernel::MutexSleep(lock->mutex, event, kernel::Interruptible::kUninterruptible, 0, note);
}

void SetWriter(IORWLock *lock) {
  lock->writing = true;
  lock->writer = kernel::CurrentThread();
}

// Lets in who may come now: a waiting writer, else all waiting readers. They find out for
// themselves whether somebody was faster.
void WakeNext(IORWLock *lock) {
  if (lock->waitingWriters > 0) {
    kernel::ThreadWakeup(&lock->waitingWriters, /*one_thread=*/true);
  } else {
    kernel::ThreadWakeup(&lock->readers, /*one_thread=*/false);
  }
}

}  // namespace

namespace drydock {

IORWLock *RWLockAlloc(const char *name) {
  auto *lock =
      static_cast<IORWLock *>(HeapAllocate(BlockKind::kInternal, sizeof(IORWLock), /*zero=*/true));
  lock->mutex = kernel::MutexAlloc(name);
  lock->name = name;
  return lock;
}

}  // namespace drydock

IORWLock *IORWLockAlloc(void) { return drydock::RWLockAlloc("IORWLock"); }

void IORWLockFree(IORWLock *lock) {
  kernel::MutexFree(lock->mutex);
  drydock::HeapFree(lock);
}

lck_rw_t *IORWLockGetMachLock(IORWLock *lock) { return lock; }

void IORWLockRead(IORWLock *lock) {
  kernel::MutexLock(lock->mutex);
  while (lock->writing || lock->waitingWriters > 0)
    Sleep(lock, &lock->readers, "waits to read under");
  ++lock->readers;
  kernel::MutexUnlock(lock->mutex);
}

void IORWLockWrite(IORWLock *lock) {
  kernel::MutexLock(lock->mutex);
  ++lock->waitingWriters;
  while (lock->writing || lock->readers > 0)
    Sleep(lock, &lock->waitingWriters, "waits to write under");
  --lock->waitingWriters;
  SetWriter(lock);
  kernel::MutexUnlock(lock->mutex);
}

boolean_t IORWLockTryRead(IORWLock *lock) {
  kernel::MutexLock(lock->mutex);
  const bool free = !lock->writing && lock->waitingWriters == 0;
  if (free) ++lock->readers;
  kernel::MutexUnlock(lock->mutex);
  return free;
}

boolean_t IORWLockTryWrite(IORWLock *lock) {
  kernel::MutexLock(lock->mutex);
  const bool free = !lock->writing && lock->readers == 0;
  if (free) SetWriter(lock);
  kernel::MutexUnlock(lock->mutex);
  return free;
}

void IORWLockUnlock(IORWLock *lock) {
  kernel::MutexLock(lock->mutex);
  if (lock->writing) {
    if (lock->writer != kernel::CurrentThread()) {
      kernel::Panic("a read-write lock was unlocked by a thread that is not its writer");
    }
    lock->writing = false;
    lock->writer = nullptr;
    WakeNext(lock);
  } else if (lock->readers == 0) {
    kernel::Panic("a read-write lock was unlocked that nobody held");
  } else if (--lock->readers == 0) {
    WakeNext(lock);
  }
  kernel::MutexUnlock(lock->mutex);
}
