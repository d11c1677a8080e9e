// Who runs where: threads come and go, and the highest priorities have the CPUs.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/sim/machine.h"
#include "scheduler/sim/policy.h"
#include "trace/names.h"

namespace drydock::sim {

using kernel::SchedulingMode;
using trace::EventKind;

Thread* Machine::NewThread(const kernel::ThreadOptions& options, std::function<void()> body) {
  Thread& thread = *threads_.emplace_back(std::make_unique<Thread>());
  thread.id = static_cast<kernel::ThreadId>(threads_.size());
  thread.name = trace::Intern(options.name);
  thread.daemon = options.daemon;
  thread.user = options.user;
  thread.task_priority = options.user ? BASEPRI_DEFAULT : BASEPRI_KERNEL;
  thread.max_priority = options.user ? MAXPRI_USER : MAXPRI_KERNEL;
  SetBase(thread, options.priority, options.mode, options.time_constraint);
  thread.body = std::move(body);
  thread.pending = {OperationKind::kBegin, NameOf(thread)};
  NoteEffect(OperationKind::kThreadCreate, NameOf(thread));
  NoteEffect(OperationKind::kThreadCreate, NameOf(kNamedThreads));
  thread.timeout.operation = {OperationKind::kDeadline, 0};
  thread.depression.operation = {OperationKind::kDeadline, 0};
  if (!options.daemon) ++unfinished_;
  if (threads_.size() > waiters_.size()) GrowWaitBuckets();
  Emit(EventKind::kThreadCreate, thread.id, static_cast<uint64_t>(thread.base_priority), 0,
       thread.name);
  return &thread;
}

void Machine::MakeRunnable(Thread* thread, const char* why) {
  if (scheduler_.Advance(Now())) AgeQueued();
  thread->state = Thread::State::kRunnable;
  if (thread->group != nullptr) thread->group->WorkerUnblocked();
  thread->cpu_since_block = 0;
  if (scheduler_.Restore(*thread, Now())) EmitPolicy(*thread, "fail-safe over");
  scheduler_.Age(*thread);
  scheduler_.Count(*thread);
  thread->priority = scheduler_.PriorityOf(*thread);
  thread->quantum_left = 0;
  if (thread->mode == SchedulingMode::kRealTime) {
    thread->deadline = kernel::SaturatingAdd(Now(), thread->time_constraint.constraint);
  }
  Emit(EventKind::kThreadRunnable, thread->id, static_cast<uint64_t>(thread->priority), 0,
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
    stopped_ = true;
    outcome_.kind = Outcome::Kind::kRefused;
    outcome_.text = absl::StrCat("more than ", kMaxCpus,
                                 " threads can run at once: their orders are not enumerated");
  }
  Enqueue(thread, /*tail=*/true);
  Dispatch();
}

void Machine::Assign(Cpu& cpu, Thread* thread) {
  thread->state = Thread::State::kRunning;
  thread->cpu = &cpu;
  thread->first_slice = true;
  thread->quantum_expired = false;
  if (thread->quantum_left == 0) thread->quantum_left = scheduler_.QuantumOf(*thread);
  thread->dispatched_at = thread->priority;
  if (cpu.in_interrupt) {
    cpu.charged_until = cpu.interrupt_began;
  } else {
    Interrupt(cpu, Now());
    cpu.charged_until = cpu.clock;
  }
  cpu.thread = thread;
  const Time switching = Cost(options_.costs.context_switch_ns);
  cpu.clock += switching;
  if (cpu.in_interrupt) cpu.interrupt_began += switching;  // it is the thread's time all the same
  InvalidateChoices();
  if (trace::Observed(EventKind::kThreadRun)) {
    trace::Event event;
    event.kind = EventKind::kThreadRun;
    event.cpu = static_cast<uint8_t>(cpu.index);
    event.other = thread->id;
    event.value = static_cast<uint64_t>(thread->priority);
    event.name = thread->name;
    Emit(event);
  }
  if (!cpu.in_interrupt) Repay(cpu);
}

// Takes the CPU from its thread, which stays runnable: at the head of its queue with what is left
// of its quantum; or at the tail with a new one, if little is left or its priority has fallen
// meanwhile. (SC-3, SC-4)
void Machine::Preempt(Cpu& cpu) {
  constexpr Time kLittle = 250 * kernel::kMicrosecond;
  if (!cpu.in_interrupt) Interrupt(cpu, Now());
  Bill(cpu);
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
  InvalidateChoices();
  Emit(EventKind::kThreadPreempt, thread->id, to_tail ? 1 : 0, 0, thread->name);
}

void Machine::PickNext(Cpu& cpu) {
  if (run_queue_.highest() == RunQueue::kEmpty) return;
  Thread* thread = run_queue_.first();
  WarmUp(*thread);
  run_queue_.Remove(thread);
  Assign(cpu, thread);
}

// Fetches into the host's cache what those who come next will need. With thousands of threads a
// dispatch is nothing but cache misses otherwise.
void Machine::WarmUp(const Thread& first) {
  if (first.fiber != nullptr) first.fiber->WarmUp();
  const Thread* second = first.queue_next;
  if (second == nullptr) return;
  __builtin_prefetch(second->fiber);
  const auto* third = reinterpret_cast<const char*>(second->queue_next);
  for (size_t line = 0; line < 3; ++line) __builtin_prefetch(third + 64 * line);
}

bool Machine::MakesWay(const Cpu& cpu) const {
  const Thread& current = *cpu.thread;
  const int highest = run_queue_.highest();
  if (current.spin_depth > 0 || highest < current.priority) return false;
  if (highest >= BASEPRI_RTQUEUES && current.priority >= BASEPRI_RTQUEUES) {
    return scheduler_.Displaces(*run_queue_.first(), current, Now());
  }
  if (current.first_slice && highest == current.priority) return false;  // (SC-7)
  return current.user_mode || current.eager || current.quantum_expired || run_queue_.urgent();
}

void Machine::Dispatch() {
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

void Machine::Interrupt(Cpu& cpu, Time time) {
  Thread* thread = cpu.thread;
  if (time >= cpu.clock) {
    if (thread == nullptr) cpu.spent.idle += time - cpu.clock;
  } else if (thread != nullptr) {
    thread->remaining_cost += cpu.clock - time;
    if (cpu.charged_until > time) {
      const Time unused = cpu.charged_until - time;
      cpu.charged_until = time;
      cpu.spent.threads -= unused;
      thread->quantum_left += unused;
      Scheduler::Refund(*thread, unused);
    }
  } else {
    return;  // it has come to rest later than that
  }
  cpu.clock = time;
}

// The CPU's thread goes on with the step it was in.
void Machine::Repay(Cpu& cpu) {
  cpu.clock += cpu.thread->remaining_cost;
  cpu.thread->remaining_cost = 0;
}

// Of a run that is over.
CpuTimes Machine::TotalCpuTimes() {
  Time until = now_;
  for (const Cpu& cpu : cpus_) until = std::max(until, cpu.clock);
  CpuTimes total;
  for (Cpu& cpu : cpus_) {
    if (cpu.in_interrupt) {
      cpu.spent.interrupts += until - cpu.interrupt_began;
    } else {
      Interrupt(cpu, until);
    }
    if (cpu.thread != nullptr) Bill(cpu);
    total.threads += cpu.spent.threads;
    total.interrupts += cpu.spent.interrupts;
    total.idle += cpu.spent.idle;
  }
  outcome_.cpus_until_ns = until;
  return total;
}

// Charges the time since the last time to the CPU's thread.
void Machine::Bill(Cpu& cpu) {
  const Time until = cpu.in_interrupt ? cpu.interrupt_began : cpu.clock;
  if (until <= cpu.charged_until) return;
  Thread& thread = *cpu.thread;
  const Time used = until - cpu.charged_until;
  cpu.charged_until = until;
  cpu.spent.threads += used;
  thread.quantum_left -= std::min(used, thread.quantum_left);
  scheduler_.Bill(thread, used);
}

// The quantum of the CPU's thread has ended: others of its priority have a turn. (workloop.md 7.4)
void Machine::QuantumExpire(Cpu& cpu) {
  Thread* thread = cpu.thread;
  Bill(cpu);
  if (scheduler_.Advance(Now())) AgeQueued();
  if (scheduler_.Spins(*thread)) {
    ChangePolicy(thread, "fail-safe", [this](Thread& t) { scheduler_.Demote(t, Now()); });
  }
  if (thread->cpu != &cpu) return;  // it has lost its CPU by that
  thread->first_slice = false;
  thread->quantum_expired = true;
  thread->quantum_left = scheduler_.QuantumOf(*thread);
  if (thread->mode == SchedulingMode::kRealTime) thread->deadline = kNever;
  Reprioritize(thread);
  Dispatch();
}

void Machine::BlockSelf(Operation resume) {
  Thread* self = self_;
  Cpu& cpu = *current_;
  const kernel::Funnel funnel = DropFunnel();
  Bill(cpu);
  const bool tick = scheduler_.Advance(Now());
  Emit(EventKind::kThreadBlock, self->note.owner != nullptr ? self->note.owner->id : 0,
       self->timeout.queued() ? self->timeout.when : 0, self->note.object, self->note.name,
       self->note.verb);
  self->state = Thread::State::kWaiting;
  scheduler_.Uncount(*self);
  self->pending = resume;
  self->cpu = nullptr;
  cpu.thread = nullptr;
  TakeFloor(self);
  if (self->waits_for != nullptr) PushOwner(self->waits_for);
  if (tick) AgeQueued();
  if (cpu.thread == nullptr) PickNext(cpu);
  InvalidateChoices();
  if (!triggers_.empty()) PullTriggers(self);
  if (self->group != nullptr) self->group->WorkerBlocked();
  RunNext();
  RetakeFunnel(funnel);
}

void Machine::ExitSelf() {
  Thread* self = self_;
  DropFunnel();
  Cpu& cpu = *current_;
  Bill(cpu);
  Emit(EventKind::kThreadExit, self->id, 0, 0, self->name);
  self->state = Thread::State::kExited;
  self->alive = false;
  scheduler_.Uncount(*self);
  deadlines_.Remove(&self->depression);
  self->cpu = nullptr;
  cpu.thread = nullptr;
  InvalidateChoices();
  PickNext(cpu);
  if (!self->daemon && --unfinished_ == 0) NoteEffect(OperationKind::kExit, kernel::kEverything);
  while (Thread* joiner = FindWaiter(self, /*by_priority=*/false)) {
    EndWait(joiner, kernel::WaitResult::kAwakened);
  }
  self->fiber = nullptr;
  fibers_.RetireRunning();
  RunNext();
  std::abort();  // nobody goes on with an ended thread
}

void Machine::YieldSelf() {
  if (self_->cpu != current_ || self_->spin_depth > 0 || run_queue_.highest() < self_->priority) {
    return;
  }
  Cpu& cpu = *current_;
  Bill(cpu);
  self_->quantum_left = 0;
  self_->quantum_expired = true;  // to the tail
  Preempt(cpu);
  PickNext(cpu);
}

void Machine::HandOff(Thread* target) {
  if (target->state != Thread::State::kRunnable || target->priority >= BASEPRI_RTQUEUES ||
      self_->spin_depth > 0) {
    return;
  }
  Cpu& cpu = *current_;
  Bill(cpu);
  run_queue_.Remove(target);
  target->quantum_left = self_->quantum_left;
  self_->quantum_left = 0;
  self_->quantum_expired = true;  // to the tail
  Preempt(cpu);
  Assign(cpu, target);
}

Fiber* Machine::ActiveFiber(Cpu& cpu) {
  if (cpu.in_interrupt) {
    if (cpu.interrupt_fiber == nullptr) {
      cpu.interrupt_fiber = fibers_.Acquire(&Machine::InterruptMain, &cpu);
    }
    return cpu.interrupt_fiber;
  }
  if (cpu.thread->fiber == nullptr) {
    Fiber* fiber = cpu.thread->fiber = fibers_.Acquire(&Machine::ThreadMain, cpu.thread);
    // Others may have touched the stack when it was another thread's.
    if (!memory_.empty()) memory_.Forget(fiber->stack_begin(), fiber->stack_end());
  }
  return cpu.thread->fiber;
}

void Machine::ThreadMain(void* argument) {
  auto* thread = static_cast<Thread*>(argument);
  thread->body();
  thread->body = nullptr;  // what it captured ends here, on the thread
  machine->Step(OperationKind::kExit, machine->NameOf(*thread));
  machine->ExitSelf();
}

}  // namespace drydock::sim
