// The simulated kernel's scheduling policies (scheduler/kernel/policy.h).
#include "scheduler/kernel/policy.h"

#include <algorithm>

#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/sim/machine.h"
#include "scheduler/sim/policy.h"

namespace drydock::sim {

using kernel::SchedulingMode;

namespace {

// As Mach stores it. (SC-16)
kernel::TimeConstraint Stored(kernel::TimeConstraint constraint) {
  constraint.computation = std::min(std::max(constraint.computation, constraint.constraint / 2),
                                    kernel::kLongestComputation);
  return constraint;
}

}  // namespace

void SetBase(Thread& thread, int priority, SchedulingMode mode,
             const kernel::TimeConstraint& constraint) {
  priority = std::clamp(priority, MINPRI, MAXPRI);
  if (priority >= BASEPRI_REALTIME) {
    thread.mode = SchedulingMode::kRealTime;
    thread.base_priority = std::max(priority, BASEPRI_RTQUEUES);
    thread.time_constraint = Stored(constraint);
    return;
  }
  if (mode == SchedulingMode::kNone) {
    mode = thread.user ? SchedulingMode::kTimeshare : SchedulingMode::kFixed;
  }
  thread.mode = mode;
  thread.base_priority = priority;
}

}  // namespace drydock::sim

namespace drydock::kernel {

using sim::machine;

namespace {

// A policy set while another one overrides it waits until that is over.
void SetPolicy(Thread* thread, int base_priority, SchedulingMode mode,
               const TimeConstraint& constraint) {
  ChoicePoint(OperationKind::kPolicy, 0);
  machine->dispatcher().ChangePolicy(thread, "set", [&](Thread& t) {
    Thread::Override* over = t.failsafe.active     ? &t.failsafe
                             : t.background.active ? &t.background
                                                   : nullptr;
    const SchedulingMode mode_now = t.mode;
    const int base_now = t.base_priority;
    sim::SetBase(t, base_priority, mode, constraint);
    if (t.mode == SchedulingMode::kRealTime) {
      t.deadline = SaturatingAdd(machine->Now(), t.time_constraint.constraint);
    }
    if (over == nullptr) return;
    over->mode = t.mode;
    over->base_priority = t.base_priority;
    t.mode = mode_now;
    t.base_priority = base_now;
  });
  machine->Settle();
}

// What the thread's policy is, or will be again.
Thread::Override Wanted(const Thread& thread) {
  if (thread.failsafe.active) return thread.failsafe;
  if (thread.background.active) return thread.background;
  return {false, thread.mode, thread.base_priority};
}

}  // namespace

void SetThreadPriority(Thread* thread, int priority) {
  const SchedulingMode mode = Wanted(*thread).mode;
  SetPolicy(thread, priority, mode == SchedulingMode::kRealTime ? SchedulingMode::kNone : mode,
            kDefaultTimeConstraint);
}

bool ThreadSetTimeConstraint(Thread* thread, const TimeConstraint& constraint) {
  if (!TimeConstraintIsValid(constraint)) return false;
  SetPolicy(thread, constraint.priority, SchedulingMode::kRealTime, constraint);
  return true;
}

// What its importance gives a thread that is not real time. (workloop.md 7.4)
static int BaseOf(const Thread& thread) {
  return std::clamp(thread.task_priority + thread.importance, MINPRI, thread.max_priority);
}

void ThreadSetTimeshare(Thread* thread, bool timeshare) {
  const Thread::Override wanted = Wanted(*thread);
  const int base =
      wanted.mode == SchedulingMode::kRealTime ? BaseOf(*thread) : wanted.base_priority;
  SetPolicy(thread, base, timeshare ? SchedulingMode::kTimeshare : SchedulingMode::kFixed, {});
}

void ThreadSetImportance(Thread* thread, int importance) {
  thread->importance = importance;
  const SchedulingMode mode = Wanted(*thread).mode;
  if (mode == SchedulingMode::kRealTime) return;  // until it leaves that
  SetPolicy(thread, BaseOf(*thread), mode, {});
}

void ThreadSetBackground(Thread* thread, bool background) {
  ChoicePoint(OperationKind::kPolicy, 0);
  if (background == thread->background.active) return;
  machine->dispatcher().ChangePolicy(thread, background ? "background" : "background over",
                                     [&](Thread& t) {
                                       if (background) {
                                         const Thread::Override wanted = Wanted(t);
                                         t.failsafe.active = false;
                                         t.background = {true, wanted.mode, wanted.base_priority};
                                         t.mode = SchedulingMode::kTimeshare;
                                         t.base_priority = MAXPRI_THROTTLE;
                                       } else {
                                         t.background.active = false;
                                         t.mode = t.background.mode;
                                         t.base_priority = t.background.base_priority;
                                       }
                                     });
  machine->Settle();
}

int ThreadPriority(const Thread* thread) { return thread->priority; }

SchedulingMode ThreadSchedulingMode(const Thread* thread) { return thread->mode; }

int ThreadBasePriority(const Thread* thread) { return thread->base_priority; }

TimeConstraint ThreadTimeConstraint(const Thread* thread) { return thread->time_constraint; }

void ThreadDepress(Time limit) {
  ChoicePoint(OperationKind::kYield, 0);
  Thread* self = machine->self();
  machine->deadlines().Remove(&self->depression);
  self->poll_depressed = false;
  self->depressed = true;
  machine->deadlines().Insert(&self->depression, SaturatingAdd(machine->Now(), limit));
  machine->dispatcher().Reprioritize(self);
  machine->dispatcher().Yield();
  machine->Settle();
  // Chosen again, whether the time is over or not.
  machine->deadlines().Remove(&self->depression);
  self->depressed = false;
  machine->dispatcher().Reprioritize(self);
  machine->Settle();
}

void ThreadPollYield() {
  constexpr Time kPatience = 20 * kMillisecond;
  ChoicePoint(OperationKind::kYield, 0);
  Thread* self = machine->self();
  if (self->mode != SchedulingMode::kFixed || self->poll_depressed) return;
  if (self->cpu_since_block < kPatience) return;
  self->poll_depressed = true;
  machine->deadlines().Insert(&self->depression,
                              SaturatingAdd(machine->Now(), self->cpu_since_block / 16));
  machine->dispatcher().Reprioritize(self);
  machine->Settle();
}

void ThreadHandoff(Thread* target) {
  ChoicePoint(OperationKind::kYield, 0);
  machine->dispatcher().HandOff(target);
  machine->Settle();
}

bool SetUserMode(bool user) {
  Thread* self = CurrentThread();
  if (self == nullptr || machine->in_interrupt()) return false;
  const bool was = self->user_mode;
  if (was == user) return was;
  self->user_mode = user;
  machine->Emit(trace::EventKind::kUserMode, 0, user ? 1 : 0);
  if (user) {
    machine->dispatcher().Dispatch();
    machine->Settle();
  }
  return was;
}

}  // namespace drydock::kernel
