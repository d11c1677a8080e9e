// The host kernel's scheduling policies (scheduler/kernel/policy.h), as far as the host has them.
#include "scheduler/kernel/policy.h"

#include <sched.h>

#include <algorithm>

#include "scheduler/host/bands.h"
#include "scheduler/host/machine.h"
#include "scheduler/kernel/choice.h"

namespace drydock::kernel {

using host::context;
using host::machine;

namespace {

void SetBase(Thread* thread, int priority, SchedulingMode mode) {
  ChoicePoint(OperationKind::kPolicy, 0);
  thread->priority = std::clamp(priority, MINPRI, MAXPRI);
  thread->mode = mode;
  machine->Emit(trace::EventKind::kThreadPolicy, thread->id, static_cast<uint64_t>(mode), 0,
                thread->name.load(), "set");
  const int tid = thread->tid.load();
  if (tid != 0 && !thread->exited.load()) {
    host::SetHostBand(thread->background ? MAXPRI_THROTTLE : thread->priority.load(), tid);
  }
}

int BaseOf(const Thread& thread) {
  return std::clamp(thread.task_priority + thread.importance.load(), MINPRI,
                    thread.user ? MAXPRI_USER : MAXPRI_KERNEL);
}

}  // namespace

int ThreadPriority(const Thread* thread) { return thread->priority.load(); }

int ThreadBasePriority(const Thread* thread) { return thread->priority.load(); }

SchedulingMode ThreadSchedulingMode(const Thread* thread) {
  return thread->background ? SchedulingMode::kTimeshare : thread->mode.load();
}

TimeConstraint ThreadTimeConstraint(const Thread* thread) { return thread->time_constraint; }

void SetThreadPriority(Thread* thread, int priority) {
  const SchedulingMode mode = thread->mode.load();
  SetBase(thread, priority,
          priority >= BASEPRI_REALTIME        ? SchedulingMode::kRealTime
          : mode == SchedulingMode::kRealTime ? SchedulingMode::kFixed
                                              : mode);
}

bool ThreadSetTimeConstraint(Thread* thread, const TimeConstraint& constraint) {
  if (!TimeConstraintIsValid(constraint)) return false;
  thread->time_constraint = constraint;
  SetBase(thread, constraint.priority, SchedulingMode::kRealTime);
  return true;
}

void ThreadSetTimeshare(Thread* thread, bool timeshare) {
  const bool real_time = thread->mode.load() == SchedulingMode::kRealTime;
  SetBase(thread, real_time ? BaseOf(*thread) : thread->priority.load(),
          timeshare ? SchedulingMode::kTimeshare : SchedulingMode::kFixed);
}

void ThreadSetImportance(Thread* thread, int importance) {
  thread->importance = importance;
  const SchedulingMode mode = thread->mode.load();
  if (mode != SchedulingMode::kRealTime) SetBase(thread, BaseOf(*thread), mode);
}

void ThreadSetBackground(Thread* thread, bool background) {
  thread->background = background;
  SetBase(thread, thread->priority.load(), thread->mode.load());
}

// The nearest that the host has.
void ThreadDepress(Time) { ThreadYield(); }
void ThreadPollYield() { ThreadYield(); }
void ThreadHandoff(Thread*) { ThreadYield(); }

bool SetUserMode(bool user) {
  Thread* self = context.self;
  if (self == nullptr) return false;
  const bool was = self->user_mode;
  self->user_mode = user;
  if (was != user) machine->Emit(trace::EventKind::kUserMode, 0, user ? 1 : 0);
  return was;
}

}  // namespace drydock::kernel
