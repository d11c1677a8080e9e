// Who runs where: threads come and go, and the highest priorities have the CPUs.
#include <algorithm>
#include <utility>

#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/sim/machine.h"
#include "trace/names.h"

namespace drydock::sim {

using trace::EventKind;

Thread* Machine::NewThread(absl::string_view name, int priority, bool daemon,
                           std::function<void()> body) {
  Thread& thread = threads_.emplace_back();
  thread.id = static_cast<kernel::ThreadId>(threads_.size());
  thread.name = trace::Intern(name);
  thread.priority = std::clamp(priority, 0, MAXPRI);
  thread.daemon = daemon;
  thread.body = std::move(body);
  thread.quantum_left = options_.costs.quantum_ns;
  thread.timeout.operation = {OperationKind::kDeadline, 0};
  if (!daemon) ++unfinished_;
  Emit(EventKind::kThreadCreate, thread.id, static_cast<uint64_t>(thread.priority), 0, thread.name);
  return &thread;
}

void Machine::MakeRunnable(Thread* thread, const char* why) {
  thread->state = Thread::State::kRunnable;
  if (thread->group != nullptr) thread->group->WorkerUnblocked();
  Emit(EventKind::kThreadRunnable, thread->id, static_cast<uint64_t>(thread->priority), 0,
       thread->name, why);
  Place(thread);
}

// Finds a runnable thread its place: an idle CPU, that of the lowest lower priority, or the queue.
void Machine::Place(Thread* thread) {
  Cpu* victim = nullptr;
  for (Cpu& cpu : cpus_) {
    if (cpu.thread == nullptr) {
      Assign(cpu, thread);
      return;
    }
    if (cpu.thread->spin_depth > 0 || cpu.thread->priority >= thread->priority) continue;
    if (victim == nullptr || cpu.thread->priority < victim->thread->priority) victim = &cpu;
  }
  if (victim == nullptr) {
    run_queue_.PushTail(thread);
    return;
  }
  Preempt(*victim, /*to_tail=*/false);
  Assign(*victim, thread);
}

void Machine::Assign(Cpu& cpu, Thread* thread) {
  thread->state = Thread::State::kRunning;
  thread->cpu = &cpu;
  cpu.thread = thread;
  if (!cpu.in_interrupt) cpu.charged_until = cpu.clock = std::max(cpu.clock, Now());
  cpu.clock += options_.costs.context_switch_ns;
  Disturb();
  if (!trace::Observed(EventKind::kThreadRun)) return;
  trace::Event event;
  event.kind = EventKind::kThreadRun;
  event.cpu = static_cast<uint8_t>(cpu.index);
  event.other = thread->id;
  event.value = static_cast<uint64_t>(thread->priority);
  event.name = thread->name;
  Emit(event);
}

void Machine::Preempt(Cpu& cpu, bool to_tail) {
  Thread* thread = cpu.thread;
  thread->state = Thread::State::kRunnable;
  thread->cpu = nullptr;
  cpu.thread = nullptr;
  if (to_tail) {
    run_queue_.PushTail(thread);
  } else {
    run_queue_.PushHead(thread);
  }
  Disturb();
  Emit(EventKind::kThreadPreempt, thread->id, to_tail ? 1 : 0, 0, thread->name);
}

void Machine::PickNext(Cpu& cpu) {
  if (run_queue_.highest() != RunQueue::kEmpty) Assign(cpu, run_queue_.Pop());
}

void Machine::BlockSelf(Operation resume) {
  Thread* self = self_;
  Cpu& cpu = *current_;
  Emit(EventKind::kThreadBlock, self->note.owner != nullptr ? self->note.owner->id : 0, 0,
       self->note.object, self->note.name, self->note.verb);
  self->state = Thread::State::kWaiting;
  self->pending = resume;
  self->cpu = nullptr;
  cpu.thread = nullptr;
  PickNext(cpu);
  Disturb();
  if (!triggers_.empty()) PullTriggers(self);
  if (self->group != nullptr) self->group->WorkerBlocked();
  RunNext();
}

void Machine::ExitSelf() {
  Thread* self = self_;
  Cpu& cpu = *current_;
  Emit(EventKind::kThreadExit, self->id, 0, 0, self->name);
  self->state = Thread::State::kExited;
  self->cpu = nullptr;
  cpu.thread = nullptr;
  PickNext(cpu);
  if (!self->daemon) --unfinished_;
  while (Thread* joiner = FindWaiter(self, /*by_priority=*/false)) {
    EndWait(joiner, kernel::WaitResult::kAwakened);
  }
  self->fiber = nullptr;
  fibers_.RetireRunning();
  RunNext();
  std::abort();  // nobody goes on with an ended thread
}

void Machine::ChangePriority(Thread* thread, int priority) {
  priority = std::clamp(priority, 0, MAXPRI);
  if (priority == thread->priority || thread->state == Thread::State::kExited) return;
  const bool queued = thread->state == Thread::State::kRunnable;
  if (queued) run_queue_.Remove(thread);
  thread->priority = priority;
  Emit(EventKind::kThreadPriority, thread->id, static_cast<uint64_t>(priority), 0, thread->name);
  if (queued) {
    Place(thread);
  } else if (thread->state == Thread::State::kRunning && thread->spin_depth == 0 &&
             run_queue_.highest() > priority) {
    Cpu& cpu = *thread->cpu;
    Preempt(cpu, /*to_tail=*/false);
    PickNext(cpu);
  }
}

void Machine::YieldSelf() {
  if (self_->spin_depth > 0 || run_queue_.highest() < self_->priority) return;
  Cpu& cpu = *current_;
  Preempt(cpu, /*to_tail=*/true);
  PickNext(cpu);
}

void Machine::PreemptionEnabled() {
  if (run_queue_.highest() <= self_->priority) return;
  Cpu& cpu = *current_;
  Preempt(cpu, /*to_tail=*/false);
  PickNext(cpu);
}

Fiber* Machine::ActiveFiber(Cpu& cpu) {
  if (cpu.in_interrupt) {
    if (cpu.interrupt_fiber == nullptr) {
      cpu.interrupt_fiber = fibers_.Acquire(&Machine::InterruptMain, &cpu);
    }
    return cpu.interrupt_fiber;
  }
  if (cpu.thread->fiber == nullptr) {
    cpu.thread->fiber = fibers_.Acquire(&Machine::ThreadMain, cpu.thread);
  }
  return cpu.thread->fiber;
}

void Machine::ThreadMain(void* argument) {
  auto* thread = static_cast<Thread*>(argument);
  thread->body();
  thread->body = nullptr;  // what it captured ends here, on the thread
  machine->Step(OperationKind::kExit, 0);
  machine->ExitSelf();
}

}  // namespace drydock::sim

namespace drydock::kernel {

using sim::machine;

Thread* ThreadStart(const ThreadOptions& options, std::function<void()> body) {
  if (machine == nullptr) Panic("ThreadStart with no run in progress");
  ChoicePoint(OperationKind::kThreadCreate, 0);
  Thread* thread =
      machine->NewThread(options.name, options.priority, options.daemon, std::move(body));
  machine->MakeRunnable(thread, "created");
  machine->Settle();
  return thread;
}

Thread* CurrentThread() { return machine == nullptr ? nullptr : machine->self(); }

bool MayBlock() {
  return machine != nullptr && machine->cpu() != nullptr && !machine->in_interrupt() &&
         machine->self()->spin_depth == 0;
}

ThreadId ThreadIdOf(const Thread* thread) { return thread == nullptr ? 0 : thread->id; }

const char* ThreadName(const Thread* thread) { return thread->name; }

void SetThreadName(Thread* thread, absl::string_view name) { thread->name = trace::Intern(name); }

int ThreadPriority(const Thread* thread) { return thread->priority; }

void SetThreadPriority(Thread* thread, int priority) {
  ChoicePoint(OperationKind::kYield, 0);
  machine->ChangePriority(thread, priority);
  machine->Settle();
}

bool ThreadIsBlocked(const Thread* thread) { return thread->state == Thread::State::kWaiting; }

void ThreadJoin(Thread* thread) {
  AssertWait(thread, Interruptible::kUninterruptible, 0,
             {"waits for the end of thread", thread->name, 0, nullptr});
  // Nobody wakes those who come too late.
  if (thread->state == Thread::State::kExited) {
    machine->EndWait(machine->self(), WaitResult::kAwakened);
  }
  ThreadBlock();
}

void ThreadYield() {
  ChoicePoint(OperationKind::kYield, 0);
  machine->YieldSelf();
  machine->Settle();
}

void ThreadAbort(Thread* thread, bool safely) {
  ChoicePoint(OperationKind::kWakeup, 0);
  const bool breaks = thread->wait_event != nullptr &&
                      (safely ? thread->interruptible == Interruptible::kAbortSafe
                              : thread->interruptible != Interruptible::kUninterruptible);
  if (!safely) {
    thread->aborted = true;
  } else if (!breaks) {
    thread->aborted_safely = true;
  }
  if (breaks) machine->EndWait(thread, WaitResult::kInterrupted);
  machine->Settle();
}

void ChoicePoint(OperationKind kind, ObjectId object) {
  if (machine != nullptr && machine->cpu() != nullptr) machine->Step(kind, object);
}

}  // namespace drydock::kernel
