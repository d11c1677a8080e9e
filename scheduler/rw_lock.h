// scheduler/rw_lock.h
//
// The read-write lock, which is the same in every kernel: made of a mutex and waits for events.
#ifndef DRYDOCK_SCHEDULER_RW_LOCK_H_
#define DRYDOCK_SCHEDULER_RW_LOCK_H_

#include "scheduler/kernel/lock.h"

namespace drydock::kernel {

// The first members of every RWLock; the kernel makes and frees it, with its mutex.
//
// `lock` guards the rest and is never held while a thread waits: a thread that must wait sleeps on
// the address of `readers` or `waiting_writers`, and checks again when woken.
//
//   readers  writer  waiting_writers   a new reader   a new writer
//   0        none    0                 enters         enters
//   n        none    0                 enters         waits
//   n        none    some              waits (LK-4)   waits
//   0        one     any               waits          waits
//   0        none    some (woken)      waits          enters
struct RWLockState {
  ObjectId id = 0;
  const char* name = "";
  Mutex* lock = nullptr;
  bool writing = false;  // by `writer`, which is null with no run in progress
  Thread* writer = nullptr;
  int readers = 0;
  int waiting_writers = 0;
};

namespace internal {
// Implemented by each kernel: `self`, the calling thread, holds `change` more read-write locks.
void CountRWLock(Thread* self, int change);
}  // namespace internal

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_RW_LOCK_H_
