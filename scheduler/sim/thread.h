// scheduler/sim/thread.h
//
// The simulated kernel's record of a thread. ThreadTable owns it; most parts of the machine use it.
#ifndef DRYDOCK_SCHEDULER_SIM_THREAD_H_
#define DRYDOCK_SCHEDULER_SIM_THREAD_H_

#include <functional>

#include "scheduler/kernel/funnel.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/operation.h"
#include "scheduler/kernel/policy.h"
#include "scheduler/kernel/thread_frame.h"
#include "scheduler/kernel/thread_locals.h"
#include "scheduler/kernel/wait.h"
#include "scheduler/sim/deadline_queue.h"
#include "scheduler/sim/fiber.h"
#include "scheduler/sim/list.h"
#include "scheduler/sim/pool.h"

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
//
// It is kept within eight lines of the host's cache: a dispatch among thousands of threads spends
// most of its time on cache misses.
struct alignas(64) Thread : sim::Recycled<Thread> {
  enum class State : uint8_t { kRunnable, kRunning, kWaiting, kExited };

  // --- What every dispatch looks at, together, so that it takes few lines of the host's cache.

  State state = State::kRunnable;
  SchedulingMode mode = SchedulingMode::kFixed;
  bool user = false;  // belongs to a user task; else to the kernel
  bool user_mode = false;
  bool eager = false;             // any preemption of it is urgent
  bool first_slice = false;       // no quantum has ended since it got its CPU
  bool quantum_expired = false;   // but no other thread could take its CPU yet
  bool queued_urgent = false;     // in the run queue
  bool depressed = false;         // until chosen again
  bool poll_depressed = false;    // until `depression`
  bool sleeps_with_lock = false;  // in MutexSleep: gets the floor when it loses its CPU
  bool floored = false;
  int rw_locks = 0;    // held: floored too
  int spin_depth = 0;  // spin locks held; not preempted while > 0

  int priority = 0;       // scheduled at: what Scheduler::PriorityOf puts together
  int base_priority = 0;  // what policy says
  int push = 0;           // by waiters of locks, 0 = none
  int dispatched_at = 0;  // the priority it got its CPU with
  Time quantum_left = 0;
  Time remaining_cost = 0;   // ns of a step that was interrupted
  Time usage = 0;            // of CPU, aged
  uint64_t usage_tick = 0;   // up to which it was aged
  Time cpu_since_block = 0;  // (SC-10)
  Time deadline = 0;         // of a real-time thread

  sim::Cpu* cpu = nullptr;
  sim::Fiber* fiber = nullptr;   // from its first step to its exit
  Thread* queue_next = nullptr;  // run queue
  Thread* queue_previous = nullptr;
  Operation pending;  // what it does when it next steps
  // Of a lock, block or join that is pending: while this is true there is nothing but to wait.
  const bool* guard = nullptr;
  ThreadId id = 0;
  const char* name = "";

  // --- Its policy.

  int task_priority = 0;
  int importance = 0;              // relative to task_priority
  int max_priority = 0;            // ceiling of the base
  TimeConstraint time_constraint;  // of a real-time thread

  // What policy was before it was overridden.
  struct Override {
    bool active = false;
    SchedulingMode mode = SchedulingMode::kNone;
    int base_priority = 0;
  };
  Override failsafe;    // demoted for spinning
  Time safe_until = 0;  // the demotion ends no earlier
  Override background;
  sim::Deadline depression{sim::Deadline::Kind::kDepression, this};

  // --- Locks: the one it waits for, and the list of those whose waiters push it.

  Mutex* waits_for = nullptr;
  Mutex* pushers = nullptr;
  Funnel funnel = Funnel::kNone;

  // --- Waiting.

  const void* wait_event = nullptr;
  sim::ListHook wait_hook;      // of WaitQueues
  bool waiting = false;         // wait_event is not null
  bool aborted = false;         // sticky
  bool aborted_safely = false;  // one-shot
  bool daemon = false;
  bool alive = true;  // not exited
  WaitResult wait_result = WaitResult::kNotWaiting;
  Interruptible interruptible = Interruptible::kUninterruptible;
  WaitNote note;
  Time slept = 0;  // ns in ThreadBlock, in total, without waits for locks
  sim::Deadline timeout{sim::Deadline::Kind::kWait, this};
  const MustNotSleep* must_not_sleep = nullptr;  // the innermost

  std::function<void()> body;
  ThreadFrame* innermost_frame = nullptr;
  ThreadLocals locals;
  sim::ThreadCallGroup* group = nullptr;  // of a thread-call worker
};

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_SIM_THREAD_H_
