// scheduler/sim/thread.h
//
// What the simulation knows of a thread.
#ifndef DRYDOCK_SCHEDULER_SIM_THREAD_H_
#define DRYDOCK_SCHEDULER_SIM_THREAD_H_

#include <functional>

#include "scheduler/kernel/operation.h"
#include "scheduler/kernel/wait.h"
#include "scheduler/sim/deadline_queue.h"
#include "scheduler/sim/fiber.h"

namespace drydock::sim {

struct Cpu;
struct ThreadCallGroup;

}  // namespace drydock::sim

namespace drydock::kernel {

// State      | cpu      | run queue | wait_event
// -----------+----------+-----------+-------------------------------------
// kRunnable  | null     | linked    | null, or asserted but not yet blocked
// kRunning   | its CPU  | no        | null, or asserted but not yet blocked
// kWaiting   | null     | no        | what it waits for
// kExited    | null     | no        | null
struct Thread {
  enum class State : uint8_t { kRunnable, kRunning, kWaiting, kExited };

  ThreadId id = 0;
  const char* name = "";
  int priority = 0;
  bool daemon = false;
  State state = State::kRunnable;

  std::function<void()> body;
  sim::Fiber* fiber = nullptr;  // from its first step to its exit
  sim::Cpu* cpu = nullptr;
  Operation pending;  // what it does when it next steps
  Time quantum_left = 0;
  int spin_depth = 0;  // spin locks held; not preempted while > 0

  Thread* queue_next = nullptr;  // run queue
  Thread* queue_previous = nullptr;

  const void* wait_event = nullptr;
  Thread* wait_next = nullptr;  // wait bucket
  Thread* wait_previous = nullptr;
  WaitResult wait_result = WaitResult::kNotWaiting;
  Interruptible interruptible = Interruptible::kUninterruptible;
  WaitNote note;
  Time slept = 0;  // in ThreadBlock, all told, but for other locks than the mutex
  sim::Deadline timeout{sim::Deadline::Kind::kWait, this};
  bool aborted = false;         // sticky
  bool aborted_safely = false;  // one-shot

  sim::ThreadCallGroup* group = nullptr;  // of a thread-call worker
};

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_SIM_THREAD_H_
