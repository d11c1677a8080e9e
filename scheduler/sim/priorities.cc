// Changes of priorities: by policy, by age, by the waiters of locks, by floors.
#include <algorithm>
#include <vector>

#include "scheduler/sim/machine.h"

namespace drydock::sim {

using kernel::Mutex;
using kernel::SchedulingMode;
using trace::EventKind;

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
