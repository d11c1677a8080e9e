// scheduler/sim/turnstiles.h
//
// Promotion: the waiters of a mutex push the priority of the thread that is to release it, its
// inheritor, through chains of owners. (workloop.md 7.8; historic: 8.1)
//
// What it changes is kept with the mutex (push, inheritor, next_pusher) and the thread (push,
// pushers: the mutexes whose inheritor it is).
#ifndef DRYDOCK_SCHEDULER_SIM_TURNSTILES_H_
#define DRYDOCK_SCHEDULER_SIM_TURNSTILES_H_

#include "scheduler/sim/lock.h"
#include "scheduler/sim/wait_queues.h"

namespace drydock::sim {

class Dispatcher;

class Turnstiles {
 public:
  Turnstiles(WaitQueues& waits, Dispatcher& dispatcher) : waits_(waits), dispatcher_(dispatcher) {}

  // The waiters of the mutex have changed, or its owner: from now on they push `inheritor`, or no
  // thread if it is null. No effect on a mutex that does not promote.
  void Push(kernel::Mutex* mutex, kernel::Thread* inheritor);
  // The same with the inheritor as it is; the owner if there is none yet.
  void Push(kernel::Mutex* mutex) {
    Push(mutex, mutex->inheritor != nullptr ? mutex->inheritor : mutex->owner);
  }

 private:
  // Recomputes the thread's push from its mutexes'.
  void Update(kernel::Thread* thread);

  WaitQueues& waits_;
  Dispatcher& dispatcher_;
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_TURNSTILES_H_
