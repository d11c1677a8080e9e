// scheduler/kernel/policy.h
//
// How a thread is scheduled: its policy, and what changes its priority.
// (workloop.md 7)
//
// Two priorities, as in Mach. The base is what policy says; the one a thread is scheduled at
// (ThreadPriority) follows from it: lower for a timeshare thread that used much CPU while others
// wanted it, lower while it is depressed, higher while a waiter of a lock it owns pushes it.
#ifndef DRYDOCK_SCHEDULER_KERNEL_POLICY_H_
#define DRYDOCK_SCHEDULER_KERNEL_POLICY_H_

#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/types.h"
#include "scheduler/priority.h"

namespace drydock::kernel {

// Mach's values.
enum class SchedulingMode : uint8_t {
  kNone = 0,       // what is usual in its task: fixed in the kernel's, timeshare in a user's
  kRealTime = 1,   // by deadline, above everything else
  kFixed = 2,      // stays at its base
  kTimeshare = 3,  // below its base while it uses more than its share
};

const char* SchedulingModeName(SchedulingMode mode);

// THREAD_TIME_CONSTRAINT_POLICY. All times in ns. (workloop.md 7.7)
struct TimeConstraint {
  Time period = 0;                  // how often it runs; not checked
  Time computation = 0;             // that it needs CPU for, each time: 50 us to 50 ms
  Time constraint = 0;              // within which after it became runnable; at least computation
  bool preemptible = true;          // ignored, as in Mach
  int priority = BASEPRI_RTQUEUES;  // 97..127, of the WITH_PRIORITY flavour
};

// What a computation may be.
inline constexpr Time kShortestComputation = 50 * kMicrosecond;
inline constexpr Time kLongestComputation = 50 * kMillisecond;

// Whether Mach takes it. (SC-17)
bool TimeConstraintIsValid(const TimeConstraint& constraint);

// The priority the thread is scheduled at, 0..127.
int ThreadPriority(const Thread* thread);

// The policies a thread can be given at any time, also while it runs. Any context.

// Sets the base, as ThreadOptions::priority (scheduler/kernel/thread.h).
void SetThreadPriority(Thread* thread, int priority);

// Real time from now on. False, and nothing changes, if `constraint` is not valid. A computation
// below half the constraint is raised to that, but not above 50 ms (SC-16).
bool ThreadSetTimeConstraint(Thread* thread, const TimeConstraint& constraint);

// THREAD_EXTENDED_POLICY: timeshare or fixed.
void ThreadSetTimeshare(Thread* thread, bool timeshare);

// THREAD_PRECEDENCE_POLICY: base = the task's priority + importance, up to the task's ceiling, 63
// for users' and 95 for the kernel's (SC-24).
void ThreadSetImportance(Thread* thread, int importance);

// THREAD_BACKGROUND_POLICY: throttled to timeshare at 4 (SC-25), or back.
void ThreadSetBackground(Thread* thread, bool background);

// As they are now: a thread that the fail-safe has demoted is timeshare.
SchedulingMode ThreadSchedulingMode(const Thread* thread);
int ThreadBasePriority(const Thread* thread);
// As it was stored, of a thread that is real time or was.
TimeConstraint ThreadTimeConstraint(const Thread* thread);

// Gives up the CPU at priority 0 until chosen again, at most for `limit` ns; promotion does not
// help (thread_switch with SWITCH_OPTION_DEPRESS; SC-19). Thread context only.
void ThreadDepress(Time limit);

// What polling for messages does to a fixed thread: after 20 ms of CPU without blocking it is
// depressed to 0 for a sixteenth of what it used, unless a lock's waiter pushes it. (SC-19)
void ThreadPollYield();

// Gives `target`, if it is runnable, without a CPU and not real time, the calling thread's CPU and
// the rest of its quantum (thread_switch to a thread). Thread context only.
void ThreadHandoff(Thread* target);

// Says that the calling thread goes on in user mode (true), or in the kernel (false, as every
// thread begins); returns how it was. In user mode any higher priority takes its CPU at once; in
// the kernel only an urgent one does, 47..79 or 92..127, and others wait until it blocks, returns
// to user mode or its quantum ends. (SC-3, SC-5, SC-6; historic: workloop.md 8.1)
bool SetUserMode(bool user);

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_POLICY_H_
