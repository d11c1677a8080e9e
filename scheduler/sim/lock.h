// scheduler/sim/lock.h
//
// What the simulation knows of a lock.
#ifndef DRYDOCK_SCHEDULER_SIM_LOCK_H_
#define DRYDOCK_SCHEDULER_SIM_LOCK_H_

#include "scheduler/kernel/lock.h"
#include "scheduler/sim/pool.h"

namespace drydock::kernel {

struct Mutex {
  ObjectId id = 0;
  const char* name = "";
  Thread* owner = nullptr;  // null also when it was taken with no run in progress
  Time owner_slept = 0;     // what its owner had slept when it took the lock
  bool held = false;
  bool pooled = false;  // storage is the run's
  int waiters = 0;
};

struct SpinLock {
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
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_LOCK_H_
