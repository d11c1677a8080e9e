// Policies, the priorities that follow from them, and what pushes, floors and depresses those.
#include "scheduler/sim/policy.h"

#include <algorithm>
#include <vector>

#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/sim/machine.h"

namespace drydock::sim {

using kernel::Mutex;
using kernel::SchedulingMode;
using trace::EventKind;

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

void Machine::EmitPriority(const Thread& thread) const {
  Emit(EventKind::kThreadPriority, thread.id, static_cast<uint64_t>(thread.priority), 0,
       thread.name);
}

void Machine::EmitPolicy(const Thread& thread, const char* why) const {
  Emit(EventKind::kThreadPolicy, thread.id, static_cast<uint64_t>(thread.mode), 0, thread.name,
       why);
}

void Machine::ChangePolicy(Thread* thread, const char* why,
                           absl::FunctionRef<void(Thread&)> change) {
  const bool queued = thread->state == Thread::State::kRunnable;
  const bool counted = queued || thread->state == Thread::State::kRunning;
  if (queued) run_queue_.Remove(thread);
  if (counted) scheduler_.Uncount(*thread);
  change(*thread);
  if (counted) scheduler_.Count(*thread);
  if (queued) Enqueue(thread, /*tail=*/true);
  EmitPolicy(*thread, why);
  Reprioritize(thread);
}

// Every tick queued timeshare threads get their priority back as their usage ages, and those whose
// fail-safe is over their policy.
void Machine::AgeQueued() {
  std::vector<Thread*> changed;
  run_queue_.VisitBelowKernel([this, &changed](Thread* thread) {
    if (thread->mode != SchedulingMode::kTimeshare) return;
    scheduler_.Age(*thread);
    const bool restored = thread->failsafe.active && Now() >= thread->safe_until;
    if (restored || scheduler_.PriorityOf(*thread) != thread->priority) changed.push_back(thread);
  });
  for (Thread* thread : changed) Reprioritize(thread);
}

void Machine::Reprioritize(Thread* thread) {
  if (thread->state == Thread::State::kExited) return;
  if (thread->failsafe.active && Now() >= thread->safe_until) {
    ChangePolicy(thread, "fail-safe over", [this](Thread& t) { scheduler_.Restore(t, Now()); });
    return;
  }
  scheduler_.Age(*thread);
  const int priority = scheduler_.PriorityOf(*thread);
  if (priority == thread->priority) return;
  const bool queued = thread->state == Thread::State::kRunnable;
  if (queued) run_queue_.Remove(thread);
  thread->priority = priority;
  EmitPriority(*thread);
  if (queued) Enqueue(thread, /*tail=*/true);
  if (thread->waits_for != nullptr && scheduler_.PushesChain()) PushOwner(thread->waits_for);
  InvalidateChoices();
  if (thread->state != Thread::State::kWaiting) Dispatch();
}

// --- Turnstiles.

void Machine::PushInheritor(Mutex* mutex, Thread* inheritor) {
  if (!mutex->promotes) return;
  Thread* before = mutex->inheritor;
  if (before != inheritor && before != nullptr) {
    Mutex** link = &before->pushers;
    while (*link != mutex) link = &(*link)->next_pusher;
    *link = mutex->next_pusher;
  }
  if (before != inheritor && inheritor != nullptr) {
    mutex->next_pusher = inheritor->pushers;
    inheritor->pushers = mutex;
  }
  mutex->inheritor = inheritor;
  const Thread* strongest = FindWaiter(mutex, /*by_priority=*/true);
  mutex->push = strongest != nullptr ? scheduler_.PushOf(*strongest) : 0;
  if (before != inheritor && before != nullptr) UpdatePush(before);
  if (inheritor != nullptr) UpdatePush(inheritor);
}

void Machine::PushOwner(Mutex* mutex) {
  PushInheritor(mutex, mutex->inheritor != nullptr ? mutex->inheritor : mutex->owner);
}

void Machine::UpdatePush(Thread* thread) {
  int push = 0;
  if (scheduler_.CanBePushed(*thread)) {
    for (const Mutex* mutex = thread->pushers; mutex != nullptr; mutex = mutex->next_pusher) {
      push = std::max(push, mutex->push);
    }
  }
  if (push == thread->push) return;
  thread->push = push;
  Reprioritize(thread);
}

// --- Floors.

void Machine::TakeFloor(Thread* thread) {
  if (!thread->sleeps_with_lock && thread->rw_locks == 0) return;
  if (thread->priority >= MINPRI_FLOOR || !scheduler_.HasFloors()) return;
  thread->floored = true;
  thread->priority = MINPRI_FLOOR;
  EmitPriority(*thread);
}

void Machine::DropFloor(Thread* thread) {
  if (!thread->floored || thread->sleeps_with_lock || thread->rw_locks > 0) return;
  thread->floored = false;
  Reprioritize(thread);
}

}  // namespace drydock::sim

namespace drydock::kernel {

using sim::machine;

namespace {

// A policy set while another one overrides it waits until that is over.
void SetPolicy(Thread* thread, int base_priority, SchedulingMode mode,
               const TimeConstraint& constraint) {
  ChoicePoint(OperationKind::kPolicy, 0);
  machine->ChangePolicy(thread, "set", [&](Thread& t) {
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
  machine->ChangePolicy(thread, background ? "background" : "background over", [&](Thread& t) {
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
  machine->Reprioritize(self);
  machine->YieldSelf();
  machine->Settle();
  // Chosen again, whether the time is over or not.
  machine->deadlines().Remove(&self->depression);
  self->depressed = false;
  machine->Reprioritize(self);
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
  machine->Reprioritize(self);
  machine->Settle();
}

void ThreadHandoff(Thread* target) {
  ChoicePoint(OperationKind::kYield, 0);
  machine->HandOff(target);
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
    machine->Dispatch();
    machine->Settle();
  }
  return was;
}

}  // namespace drydock::kernel
