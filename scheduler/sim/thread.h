// scheduler/sim/thread.h
//
// What the simulation knows of a thread.
#ifndef DRYDOCK_SCHEDULER_SIM_THREAD_H_
#define DRYDOCK_SCHEDULER_SIM_THREAD_H_

#include <functional>

#include "scheduler/kernel/funnel.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/operation.h"
#include "scheduler/kernel/policy.h"
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
  bool daemon = false;
  State state = State::kRunnable;

  std::function<void()> body;
  sim::Fiber* fiber = nullptr;  // from its first step to its exit
  sim::Cpu* cpu = nullptr;
  Operation pending;  // what it does when it next steps

  // Its policy.
  bool user = false;      // of a user task; else the kernel's
  int task_priority = 0;  // importance is relative to it
  int max_priority = 0;   // ceiling of the base
  SchedulingMode mode = SchedulingMode::kFixed;
  int base_priority = 0;
  TimeConstraint time_constraint;  // of a real-time thread

  // What policy was before it was overridden.
  struct Override {
    bool active = false;
    SchedulingMode mode = SchedulingMode::kNone;
    int base_priority = 0;
  };
  Override failsafe;    // demoted for spinning
  Time safe_until = 0;  // at least so long
  Override background;

  // What follows from it and from what happens. Scheduler::PriorityOf puts it together.
  int priority = 0;               // scheduled at
  Time usage = 0;                 // of CPU, aged
  uint64_t usage_tick = 0;        // up to which it was aged
  Time cpu_since_block = 0;       // (SC-10)
  Time deadline = 0;              // of a real-time thread
  int push = 0;                   // by waiters of locks, 0 = none
  bool depressed = false;         // until chosen again
  bool poll_depressed = false;    // until `depression`
  bool sleeps_with_lock = false;  // in MutexSleep: gets the floor when it leaves its CPU
  int rw_locks = 0;               // held: the same
  bool floored = false;
  sim::Deadline depression{sim::Deadline::Kind::kDepression, this};

  // Its stay on a CPU.
  Time owed = 0;  // of a step it was in when it was interrupted
  Time quantum_left = 0;
  bool first_slice = false;      // no quantum has ended since it came
  bool quantum_expired = false;  // but nobody could take its CPU yet
  int dispatched_at = 0;         // the priority it came with
  bool user_mode = false;
  bool eager = false;  // any preemption of it is urgent
  int spin_depth = 0;  // spin locks held; not preempted while > 0

  // Locks: which it waits for, and those whose waiters push it.
  Mutex* waits_for = nullptr;
  Mutex* pushers = nullptr;
  Funnel funnel = Funnel::kNone;

  Thread* queue_next = nullptr;  // run queue
  Thread* queue_previous = nullptr;
  bool queued_urgent = false;

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
