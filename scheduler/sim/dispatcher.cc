// Which thread gets which CPU, and what changes a thread's priority.
#include "scheduler/sim/dispatcher.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "scheduler/sim/thread_calls.h"

namespace drydock::sim {

using kernel::kNever;
using kernel::Operation;
using kernel::OperationKind;
using kernel::SchedulingMode;
using kernel::Thread;
using kernel::Time;
using trace::EventKind;

Dispatcher::Dispatcher(const MachineOptions& options, bool timeless, const Parts& parts)
    : timeless_(timeless),
      cpus_(static_cast<size_t>(options.cpus)),
      scheduler_(options.profile, options.cpus, options.costs.quantum_ns),
      context_(parts.context),
      costs_(parts.costs),
      chooser_(parts.chooser),
      turnstiles_(parts.turnstiles),
      ending_(parts.ending) {
  if (timeless_) cpus_.reserve(kMaxCpus);
  for (size_t i = 0; i < cpus_.size(); ++i) cpus_[i].index = static_cast<int16_t>(i);
}

// --- Threads come and go.

void Dispatcher::MakeRunnable(Thread* thread, const char* why) {
  if (scheduler_.Advance(context_.Now())) AgeQueued();
  thread->state = Thread::State::kRunnable;
  if (thread->group != nullptr) thread->group->WorkerUnblocked();
  thread->cpu_since_block = 0;
  if (scheduler_.Restore(*thread, context_.Now())) EmitPolicy(*thread, "fail-safe over");
  scheduler_.Age(*thread);
  scheduler_.Count(*thread);
  thread->priority = scheduler_.PriorityOf(*thread);
  thread->quantum_left = 0;
  if (thread->mode == SchedulingMode::kRealTime) {
    thread->deadline = kernel::SaturatingAdd(context_.Now(), thread->time_constraint.constraint);
  }
  context_.Emit(EventKind::kThreadRunnable, thread->id, static_cast<uint64_t>(thread->priority), 0,
                thread->name, why);
  for (Cpu& cpu : cpus_) {
    if (cpu.thread == nullptr) {
      Assign(cpu, thread);
      return;
    }
  }
  if (timeless_) {
    if (Cpu* another = IdleCpu()) {
      Assign(*another, thread);
      return;
    }
    ending_.Stop(Outcome::Kind::kRefused,
                 absl::StrCat("more than ", kMaxCpus,
                              " threads can run at once: their orders are not enumerated"));
  }
  Enqueue(thread, /*tail=*/true);
  Dispatch();
}

void Dispatcher::Assign(Cpu& cpu, Thread* thread) {
  thread->state = Thread::State::kRunning;
  thread->cpu = &cpu;
  thread->first_slice = true;
  thread->quantum_expired = false;
  if (thread->quantum_left == 0) thread->quantum_left = scheduler_.QuantumOf(*thread);
  thread->dispatched_at = thread->priority;
  if (cpu.in_interrupt) {
    cpu.charged_until = cpu.interrupt_began;
  } else {
    cpu.MoveTo(context_.Now());
    cpu.charged_until = cpu.clock;
  }
  cpu.thread = thread;
  const Time switching = costs_.OfContextSwitch();
  cpu.clock += switching;
  if (cpu.in_interrupt) cpu.interrupt_began += switching;  // it is the thread's time all the same
  chooser_.Invalidate();
  if (trace::Observed(EventKind::kThreadRun)) {
    trace::Event event;
    event.kind = EventKind::kThreadRun;
    event.cpu = static_cast<uint8_t>(cpu.index);
    event.other = thread->id;
    event.value = static_cast<uint64_t>(thread->priority);
    event.name = thread->name;
    context_.Emit(event);
  }
  if (!cpu.in_interrupt) cpu.PayRemainingCost();
}

// Takes the CPU from its thread, which stays runnable: at the head of its queue with what is left
// of its quantum; or at the tail with a new one, if little is left or its priority has fallen
// meanwhile. (SC-3, SC-4)
void Dispatcher::Preempt(Cpu& cpu) {
  constexpr Time kLittle = 250 * kernel::kMicrosecond;
  if (!cpu.in_interrupt) cpu.MoveTo(context_.Now());
  cpu.Bill(scheduler_);
  Thread* thread = cpu.thread;
  if (scheduler_.Age(*thread) && thread->mode == SchedulingMode::kTimeshare) {
    thread->priority = scheduler_.PriorityOf(*thread);
    EmitPriority(*thread);
  }
  const bool to_tail = thread->quantum_expired || thread->quantum_left < kLittle ||
                       thread->priority < thread->dispatched_at;
  if (to_tail && !thread->quantum_expired) thread->quantum_left += scheduler_.QuantumOf(*thread);
  thread->state = Thread::State::kRunnable;
  thread->cpu = nullptr;
  cpu.thread = nullptr;
  TakeFloor(thread);
  Enqueue(thread, to_tail);
  chooser_.Invalidate();
  context_.Emit(EventKind::kThreadPreempt, thread->id, to_tail ? 1 : 0, 0, thread->name);
}

// Fetches into the host's cache what the next threads will need: with thousands of threads a
// dispatch is mostly cache misses otherwise.
static void WarmUp(const Thread& first) {
  if (first.fiber != nullptr) first.fiber->WarmUp();
  const Thread* second = first.queue_next;
  if (second == nullptr) return;
  __builtin_prefetch(second->fiber);
  const auto* third = reinterpret_cast<const char*>(second->queue_next);
  for (size_t line = 0; line < 3; ++line) __builtin_prefetch(third + 64 * line);
}

void Dispatcher::PickNext(Cpu& cpu) {
  if (run_queue_.highest() == RunQueue::kEmpty) return;
  Thread* thread = run_queue_.first();
  WarmUp(*thread);
  run_queue_.Remove(thread);
  Assign(cpu, thread);
}

bool Dispatcher::MakesWay(const Cpu& cpu) const {
  const Thread& current = *cpu.thread;
  const int highest = run_queue_.highest();
  if (current.spin_depth > 0 || highest < current.priority) return false;
  if (highest >= BASEPRI_RTQUEUES && current.priority >= BASEPRI_RTQUEUES) {
    return scheduler_.Displaces(*run_queue_.first(), current, context_.Now());
  }
  if (current.first_slice && highest == current.priority) return false;  // (SC-7)
  return current.user_mode || current.eager || current.quantum_expired || run_queue_.urgent();
}

void Dispatcher::Dispatch() {
  while (run_queue_.highest() != RunQueue::kEmpty) {
    Cpu* victim = nullptr;
    for (Cpu& cpu : cpus_) {
      if (cpu.thread == nullptr) {
        victim = &cpu;
        break;
      }
      if (victim != nullptr && cpu.thread->priority >= victim->thread->priority) continue;
      if (MakesWay(cpu)) victim = &cpu;
    }
    if (victim == nullptr) return;
    if (victim->thread != nullptr) Preempt(*victim);
    PickNext(*victim);
  }
}

// The quantum of the CPU's thread has ended: others of its priority have a turn. (workloop.md 7.4)
void Dispatcher::QuantumExpire(Cpu& cpu) {
  Thread* thread = cpu.thread;
  cpu.Bill(scheduler_);
  if (scheduler_.Advance(context_.Now())) AgeQueued();
  if (scheduler_.Spins(*thread)) {
    ChangePolicy(thread, "fail-safe", [this](Thread& t) { scheduler_.Demote(t, context_.Now()); });
  }
  if (thread->cpu != &cpu) return;  // it has lost its CPU by that
  thread->first_slice = false;
  thread->quantum_expired = true;
  thread->quantum_left = scheduler_.QuantumOf(*thread);
  if (thread->mode == SchedulingMode::kRealTime) thread->deadline = kNever;
  Reprioritize(thread);
  Dispatch();
}

void Dispatcher::Block(Operation resume) {
  Thread* self = context_.self();
  Cpu& cpu = *context_.cpu();
  cpu.Bill(scheduler_);
  const bool tick = scheduler_.Advance(context_.Now());
  context_.Emit(EventKind::kThreadBlock, self->note.owner != nullptr ? self->note.owner->id : 0,
                self->timeout.queued() ? self->timeout.when : 0, self->note.object, self->note.name,
                self->note.verb);
  self->state = Thread::State::kWaiting;
  scheduler_.Uncount(*self);
  self->pending = resume;
  self->cpu = nullptr;
  cpu.thread = nullptr;
  TakeFloor(self);
  if (self->waits_for != nullptr) turnstiles_.Push(self->waits_for);
  if (tick) AgeQueued();
  if (cpu.thread == nullptr) PickNext(cpu);
  chooser_.Invalidate();
}

void Dispatcher::Exit() {
  Thread* self = context_.self();
  Cpu& cpu = *context_.cpu();
  cpu.Bill(scheduler_);
  context_.Emit(EventKind::kThreadExit, self->id, 0, 0, self->name);
  self->state = Thread::State::kExited;
  self->alive = false;
  scheduler_.Uncount(*self);
  self->cpu = nullptr;
  cpu.thread = nullptr;
  chooser_.Invalidate();
  PickNext(cpu);
}

void Dispatcher::Yield() {
  if (context_.self()->cpu != context_.cpu() || context_.self()->spin_depth > 0 ||
      run_queue_.highest() < context_.self()->priority) {
    return;
  }
  Cpu& cpu = *context_.cpu();
  cpu.Bill(scheduler_);
  context_.self()->quantum_left = 0;
  context_.self()->quantum_expired = true;  // to the tail
  Preempt(cpu);
  PickNext(cpu);
}

void Dispatcher::HandOff(Thread* target) {
  if (target->state != Thread::State::kRunnable || target->priority >= BASEPRI_RTQUEUES ||
      context_.self()->spin_depth > 0) {
    return;
  }
  Cpu& cpu = *context_.cpu();
  cpu.Bill(scheduler_);
  run_queue_.Remove(target);
  target->quantum_left = context_.self()->quantum_left;
  context_.self()->quantum_left = 0;
  context_.self()->quantum_expired = true;  // to the tail
  Preempt(cpu);
  Assign(cpu, target);
}

// --- Priorities.

void Dispatcher::EmitPriority(const Thread& thread) const {
  context_.Emit(EventKind::kThreadPriority, thread.id, static_cast<uint64_t>(thread.priority), 0,
                thread.name);
}

void Dispatcher::EmitPolicy(const Thread& thread, const char* why) const {
  context_.Emit(EventKind::kThreadPolicy, thread.id, static_cast<uint64_t>(thread.mode), 0,
                thread.name, why);
}

void Dispatcher::ChangePolicy(Thread* thread, const char* why,
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

// At every tick: queued timeshare threads regain priority as their usage ages, and threads whose
// fail-safe is over regain their policy.
void Dispatcher::AgeQueued() {
  std::vector<Thread*> changed;
  run_queue_.VisitBelowKernel([this, &changed](Thread* thread) {
    if (thread->mode != SchedulingMode::kTimeshare) return;
    scheduler_.Age(*thread);
    const bool restored = thread->failsafe.active && context_.Now() >= thread->safe_until;
    if (restored || scheduler_.PriorityOf(*thread) != thread->priority) changed.push_back(thread);
  });
  for (Thread* thread : changed) Reprioritize(thread);
}

void Dispatcher::Reprioritize(Thread* thread) {
  if (thread->state == Thread::State::kExited) return;
  if (thread->failsafe.active && context_.Now() >= thread->safe_until) {
    ChangePolicy(thread, "fail-safe over",
                 [this](Thread& t) { scheduler_.Restore(t, context_.Now()); });
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
  if (thread->waits_for != nullptr && scheduler_.PushesChain()) turnstiles_.Push(thread->waits_for);
  chooser_.Invalidate();
  if (thread->state != Thread::State::kWaiting) Dispatch();
}

void Dispatcher::TakeFloor(Thread* thread) {
  if (!thread->sleeps_with_lock && thread->rw_locks == 0) return;
  if (thread->priority >= MINPRI_FLOOR || !scheduler_.HasFloors()) return;
  thread->floored = true;
  thread->priority = MINPRI_FLOOR;
  EmitPriority(*thread);
}

void Dispatcher::DropFloor(Thread* thread) {
  if (!thread->floored || thread->sleeps_with_lock || thread->rw_locks > 0) return;
  thread->floored = false;
  Reprioritize(thread);
}

// --- CPUs.

Cpu* Dispatcher::IdleCpu() {
  for (Cpu& cpu : cpus_) {
    if (!cpu.busy()) return &cpu;
  }
  // The vector has room for all there can be.
  if (!timeless_ || cpus_.size() == kMaxCpus) return nullptr;
  Cpu& cpu = cpus_.emplace_back();
  cpu.index = static_cast<int16_t>(cpus_.size() - 1);
  cpu.clock = context_.now();
  return &cpu;
}

Cpu* Dispatcher::InterruptibleCpu() {
  if (timeless_) return IdleCpu();
  Cpu* chosen = nullptr;
  for (Cpu& cpu : cpus_) {
    if (!cpu.interrupts_enabled || cpu.in_interrupt || cpu.stalled_on != nullptr) continue;
    if (cpu.thread == nullptr) return &cpu;
    if (chosen == nullptr || cpu.thread->priority < chosen->thread->priority) chosen = &cpu;
  }
  return chosen;
}

void Dispatcher::Release(const void* address) {
  const Time now = context_.Now();
  for (Cpu& cpu : cpus_) {
    if (cpu.stalled_on != address) continue;
    cpu.stalled_on = nullptr;
    cpu.clock = std::max(cpu.clock, now);
    chooser_.Invalidate();
  }
}

CpuTimes Dispatcher::TotalCpuTimes(Time* until) {
  *until = context_.now();
  for (const Cpu& cpu : cpus_) *until = std::max(*until, cpu.clock);
  CpuTimes total;
  for (Cpu& cpu : cpus_) {
    if (cpu.in_interrupt) {
      cpu.spent.interrupts += *until - cpu.interrupt_began;
    } else {
      cpu.MoveTo(*until);
    }
    if (cpu.thread != nullptr) cpu.Bill(scheduler_);
    total.threads += cpu.spent.threads;
    total.interrupts += cpu.spent.interrupts;
    total.idle += cpu.spent.idle;
  }
  return total;
}

}  // namespace drydock::sim
