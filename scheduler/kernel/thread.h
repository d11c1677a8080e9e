// scheduler/kernel/thread.h
//
// Kernel threads. A Thread is owned by the machine and valid until the run has ended.
#ifndef DRYDOCK_SCHEDULER_KERNEL_THREAD_H_
#define DRYDOCK_SCHEDULER_KERNEL_THREAD_H_

#include <functional>

#include "absl/strings/string_view.h"
#include "scheduler/kernel/policy.h"
#include "scheduler/kernel/types.h"
#include "scheduler/priority.h"

namespace drydock::kernel {

// Of a real-time thread whose options name none.
inline constexpr TimeConstraint kDefaultTimeConstraint = {.computation = 5 * kMillisecond,
                                                          .constraint = 10 * kMillisecond};

struct ThreadOptions {
  absl::string_view name = "thread";
  // The base, 0..127. From 96 on the thread is real time, by `time_constraint`, whatever `mode`.
  int priority = BASEPRI_KERNEL;
  // Whether it belongs to a user task; else to the kernel.
  bool user = false;
  SchedulingMode mode = SchedulingMode::kNone;
  TimeConstraint time_constraint = kDefaultTimeConstraint;
  // A daemon may stay blocked for ever: a run is over, and counts as quiet, without it (work loops,
  // worker pools). A daemon blocked at the end is dropped without unwinding its stack, so it must
  // own nothing while it waits.
  bool daemon = false;
};

// Makes a thread and lets it run. `body` runs on it once; the thread ends when `body` returns. Any
// context.
Thread* ThreadStart(const ThreadOptions& options, std::function<void()> body);

// The calling thread. In interrupt context the thread that was interrupted, or null if the CPU was
// idle; null in the outside world and with no run in progress.
Thread* CurrentThread();

// Whether the caller may block: it is on a thread, not in interrupt context and holds no spin lock.
bool MayBlock();

ThreadId ThreadIdOf(const Thread* thread);     // 0 for null
const char* ThreadName(const Thread* thread);  // interned
void SetThreadName(Thread* thread, absl::string_view name);

// Whether the thread waits for an event at this moment. Any context.
bool ThreadIsBlocked(const Thread* thread);

// Whether every thread but the calling one is blocked or has ended, so that nothing will happen
// before a deadline or an interrupt. For checkers that judge what a run has left behind.
bool OthersAreAtRest();

// Waits until the thread has ended. Thread context only.
void ThreadJoin(Thread* thread);

// Gives the CPU to other threads of the same priority, if any is runnable.
void ThreadYield();

// Breaks the thread's interruptible waits with WaitResult::kInterrupted: all of them from now on
// (`safely` false, as when a task dies: sticky), or just the current or next abort-safe one
// (`safely` true, as for a signal). (workloop.md 0.2)
void ThreadAbort(Thread* thread, bool safely);

// Ends the run here and now, quietly, whatever other threads do: the only program of the machine
// has come to its end. On a CPU; does not return, and unwinds nothing.
[[noreturn]] void EndRun();

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_THREAD_H_
