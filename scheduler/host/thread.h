// scheduler/host/thread.h
//
// The host kernel's record of a thread.
#ifndef DRYDOCK_SCHEDULER_HOST_THREAD_H_
#define DRYDOCK_SCHEDULER_HOST_THREAD_H_

#include <pthread.h>
#include <setjmp.h>

#include <atomic>
#include <functional>

#include "scheduler/kernel/fast_lock.h"
#include "scheduler/kernel/policy.h"
#include "scheduler/kernel/wait.h"

namespace drydock::host {

struct ThreadCallGroup;

// The word a thread blocks on.
//
//   state     | it
//   ----------+----------------------------------------------------------
//   kAwake    | waits for nothing
//   kAsserted | has asserted a wait, and is in a line
//   kBlocked  | the same, and has given up its CPU
//   kWoken    | has been taken out of its line; becomes kAwake as it goes on
enum Wake : uint32_t { kAwake, kAsserted, kBlocked, kWoken };

}  // namespace drydock::host

namespace drydock::kernel {

struct Thread : FastThread {
  ThreadId id = 0;
  std::atomic<const char*> name{""};
  bool daemon = false;
  std::function<void()> body;
  pthread_t host = {};
  jmp_buf leave;  // where the thread jumps if it is still alive at the end of the run
  const char* stack_low = nullptr;
  const char* stack_high = nullptr;
  std::atomic<bool> exited{false};
  host::ThreadCallGroup* group = nullptr;  // of a thread-call worker

  // --- Waiting. Guarded by the lock of the bucket that the thread is in.

  std::atomic<uint32_t> wake{host::kAwake};
  std::atomic<const void*> wait_event{nullptr};
  Thread* wait_next = nullptr;
  Thread* wait_previous = nullptr;
  WaitResult wait_result = WaitResult::kNotWaiting;
  Interruptible interruptible = Interruptible::kUninterruptible;
  WaitNote note;
  std::atomic<bool> aborted{false};         // sticky
  std::atomic<bool> aborted_safely{false};  // one-shot

  // --- Used by the thread itself only.

  Time wait_deadline = 0;
  const MustNotSleep* must_not_sleep = nullptr;  // the innermost
  int spin_depth = 0;                            // spin locks held
  bool user_mode = false;

  // --- Its policy, as far as the host's scheduler can express it.

  bool user = false;
  int task_priority = 0;
  std::atomic<int> importance{0};
  std::atomic<int> priority{0};
  std::atomic<SchedulingMode> mode{SchedulingMode::kFixed};
  std::atomic<bool> background{false};
  TimeConstraint time_constraint;  // guarded by the machine's lock
  std::atomic<int> tid{0};         // the host's
};

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_HOST_THREAD_H_
