// scheduler/kernel/wait.h
//
// Waiting for an event, Mach's way: a thread asserts that it will wait for an address, checks its
// condition once more, then blocks; the thread that makes the condition true wakes the address. A
// wakeup that finds no waiter has no effect later.
#ifndef DRYDOCK_SCHEDULER_KERNEL_WAIT_H_
#define DRYDOCK_SCHEDULER_KERNEL_WAIT_H_

#include "scheduler/kernel/types.h"

namespace drydock::kernel {

// Mach's values. (workloop.md 0.2)
enum class WaitResult : int {
  kWaiting = -1,
  kAwakened = 0,
  kTimedOut = 1,
  kInterrupted = 2,
  kRestart = 3,
  kNotWaiting = 10,
};

enum class Interruptible : int {
  kUninterruptible = 0,  // THREAD_UNINT: ends by wakeup or timeout only
  kInterruptible = 1,    // THREAD_INTERRUPTIBLE: also by an abort
  kAbortSafe = 2,        // THREAD_ABORTSAFE: also by a safe abort
};

// What a report says about a wait: "«verb» «name», held by thread «owner»".
struct WaitNote {
  const char* verb = "waits for an event";  // a string that outlives the run
  const char* name = "";                    // what is waited for; outlives the run
  ObjectId object = 0;
  Thread* owner = nullptr;  // the thread that could end it, if there is one such thread
  bool for_lock = false;    // the wait is part of taking a lock, not a sleep of the lock's user
};

// Declares that the calling thread will wait for `event` (any non-null address, compared only for
// equality) until it is woken or `deadline` passes (absolute; 0 = none; one in the past times out
// at once). Returns kWaiting, or kInterrupted when an abort is already pending, in which case the
// thread is not waiting. Thread context only; must be followed by ThreadBlock.
WaitResult AssertWait(const void* event, Interruptible interruptible, Time deadline,
                      const WaitNote& note);

// Whether an abort is pending that would make AssertWait return kInterrupted at once. Thread
// context only.
bool AbortPending(Interruptible interruptible);

// Gives up the CPU until the asserted wait has ended; returns how. Returns at once if it has ended
// already.
WaitResult ThreadBlock();

// Wakes the threads that wait for `event`: all, or the first in line. The line is first come, first
// served, except that threads of priority >= 96 go in front. Returns how many were woken. Any
// context. (workloop.md 3.4)
int ThreadWakeup(const void* event, bool one_thread);

// Wakes `thread` if it waits for `event`; returns whether it did. Any context.
bool ThreadWakeupThread(const void* event, Thread* thread);

// The same for all of them, whose waits end with `result`.
int ThreadWakeupWithResult(const void* event, WaitResult result);

// While it exists, the calling thread must not wait for an event (locks it may wait for). A wait is
// recorded as the misuse `finding`, explained by the sentence «what» «call» of «name».
class MustNotSleep {
 public:
  struct Rule {
    const char* finding;  // kebab-case, outlives the run
    const char* what;
    const char* call;
    const char* name;
  };

  explicit MustNotSleep(const Rule& rule);
  ~MustNotSleep();
  MustNotSleep(const MustNotSleep&) = delete;
  MustNotSleep& operator=(const MustNotSleep&) = delete;

  const Rule& rule() const { return rule_; }

 private:
  const Rule rule_;
  const MustNotSleep* const outer_;
};

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_WAIT_H_
