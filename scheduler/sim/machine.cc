// The run from boot to quiet, and the loop that lets one step after another happen.
#include "scheduler/sim/machine.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/sim/crash.h"
#include "scheduler/sim/funnel.h"
#include "trace/names.h"

namespace drydock::sim {

using trace::EventKind;

Machine* machine = nullptr;

Machine::Machine(const MachineOptions& options, Strategy* strategy, Outcome* outcome)
    : options_(options),
      strategy_(strategy),
      fibers_(FiberPool::Get()),
      ending_(outcome),
      costs_(options.costs, strategy->seed()),
      effects_(strategy->timeless()),
      chooser_(options, strategy,
               {.dispatcher = dispatcher_,
                .deadlines = deadlines_,
                .lines = lines_,
                .outside = outside_,
                .effects = effects_,
                .ending = ending_}),
      dispatcher_(options, effects_.timeless(),
                  {.context = chooser_.context(),
                   .costs = costs_,
                   .chooser = chooser_,
                   .turnstiles = turnstiles_,
                   .ending = ending_}),
      turnstiles_(waits_, dispatcher_) {
  if (options.accesses.one_in > 1) access_sample_.emplace(strategy->seed(), "accesses");
  if (options.accesses.which != kernel::AccessChoices::kNone) ++kernel::internal::memory_watchers;
  if (timeless()) outcome->schedule.set_timeless();
}

Machine::~Machine() {
  if (options_.accesses.which != kernel::AccessChoices::kNone) --kernel::internal::memory_watchers;
  for (const std::unique_ptr<Thread>& thread : threads_) {
    if (thread->fiber != nullptr) fibers_.Release(thread->fiber);
  }
  for (Cpu& cpu : dispatcher_.cpus()) {
    if (cpu.interrupt_fiber != nullptr) fibers_.Release(cpu.interrupt_fiber);
  }
}

void Machine::MakeThreadCalls() {
  thread_calls_ = std::make_unique<ThreadCalls>(options_.profile);
  Line& timer = lines_[kTimerLine];
  timer.handler = &ThreadCalls::RunSignalled;
  timer.target = thread_calls_.get();
  timer.masked = false;
}

void Machine::Run(std::function<void()> body) {
  dispatcher_.MakeRunnable(
      NewThread({.name = "main", .priority = options_.main_priority}, std::move(body)), "created");
  ending_.started = true;
  PanicOnFaults();
  RunNext();
  // Back on the host: nothing can happen any more, or the run was stopped.
  ending_.stopped = true;
  chooser_.Flush();
  context().EnterOutside();
  Outcome& outcome = ending_.outcome;
  outcome.end_ns = context().now();
  const int left = threads_.unfinished();
  if (outcome.kind == Outcome::Kind::kQuiet && left > 0) {
    ending_.Stop(Outcome::Kind::kBlocked,
                 absl::StrCat(left, left == 1 ? " thread is" : " threads are",
                              " blocked and nothing can wake ", left == 1 ? "it" : "them"));
  }
  outcome.cpu_times = dispatcher_.TotalCpuTimes(&outcome.cpus_until_ns);
  outcome.blocked = threads_.Blocked(waits_.numbers());
  if (outcome.kind != Outcome::Kind::kRefused && !strategy_->Finish(outcome.schedule.questions())) {
    ending_.Stop(Outcome::Kind::kRefused, strategy_->refusal());
  }
  outcome.at_full_speed = outcome.schedule.deviations() == 0;
}

// --- Ending.

void Machine::Stop(Outcome::Kind kind, const char* text) {
  ending_.outcome.stack = StackHere();
  End(kind, text);
}

void Machine::StopQuietly() {
  threads_.ForgetUnfinished();
  End(Outcome::Kind::kQuiet, "");
}

void Machine::StopByFault(const char* what, const void* code, const void* frame) {
  ending_.outcome.stack = fibers_.StackFrom(code, frame);
  Emit(EventKind::kPanic, 0, 0, 0, what);
  End(Outcome::Kind::kPanic, what);
}

void Machine::End(Outcome::Kind kind, const char* text) {
  NoteEffect(OperationKind::kExit, kernel::kEverything);
  ending_.Stop(kind, text);
  context().AdvanceTo(Now());
  fibers_.SwitchTo(fibers_.host());
  std::abort();  // a fiber of a stopped run never goes on
}

void Machine::AddFinding(Finding finding) {
  finding.thread = self() != nullptr ? self()->name : "";
  finding.time_ns = Now();
  finding.stack = StackHere();
  if (!finding.ends_run.empty()) chooser_.GiveUp(finding.ends_run);
  ending_.outcome.findings.push_back(std::move(finding));
}

bool Machine::OnAnyStack(const void* address) const {
  const Cpus& cpus = dispatcher_.cpus();
  return fibers_.OnHostStack(address) || threads_.OnAnyStack(address) ||
         std::any_of(cpus.begin(), cpus.end(), [address](const Cpu& cpu) {
           return cpu.interrupt_fiber != nullptr && cpu.interrupt_fiber->OnStack(address);
         });
}

// --- Stepping.

void Machine::StepSlow(Operation operation) {
  context().pending() = operation;
  chooser_.CountChoicePoint();
  if (outside_.any_triggers()) {
    chooser_.Flush();
    PullTriggers(nullptr);
  }
  RunNext();
}

void Machine::StepJittered(Operation operation) {
  cpu()->clock += costs_.Of(operation.kind);
  if (!chooser_.PassesFast(*cpu())) StepSlow(operation);
}

// Makes due the outside events that wait for this choice point or, if it is not null, for `blocks`
// to block.
void Machine::PullTriggers(const Thread* blocks) {
  outside_.PullTriggers(blocks, chooser_.choice_points(), [this](OutsideEvent* event) {
    deadlines_.Insert(&event->deadline, Now());
    EmitPlan(*event, event->deadline.when);
    chooser_.Invalidate();
  });
}

Fiber* Machine::NextFiber() {
  fibers_.MarkLeft(__builtin_frame_address(0));
  chooser_.Flush();
  chooser_.CheckLimit();
  for (;;) {
    if (threads_.unfinished() == 0) ending_.stopped = true;
    const Alternative* const chosen = ending_.stopped ? nullptr : chooser_.Next();
    if (chosen == nullptr) {
      context().EnterOutside();
      return fibers_.host();
    }
    context().AdvanceTo(chosen->time);
    switch (chosen->kind) {
      case Alternative::Kind::kDeadline:
        chooser_.Invalidate();
        Expire(deadlines_.Find(chosen->time, chosen->actor));
        break;
      case Alternative::Kind::kInterrupt:
        chooser_.Invalidate();
        Deliver(static_cast<int>(chosen->actor));
        break;
      case Alternative::Kind::kCpu: {
        Cpu& cpu = dispatcher_.cpus()[chosen->cpu];
        cpu.clock = context().now();
        context().Enter(cpu);
        if (!cpu.in_interrupt) {
          if (cpu.clock >= cpu.QuantumEnd()) dispatcher_.QuantumExpire(cpu);
          if (cpu.thread != self()) break;
        }
        chooser_.AllowFast();
        return ActiveFiber(cpu);
      }
    }
  }
}

void Machine::Stall(const void* address) {
  cpu()->stalled_on = address;
  chooser_.Invalidate();
  RunNext();
}

void Machine::Expire(Deadline* deadline) {
  context().EnterOutside();
  deadlines_.Remove(deadline);
  NoteEffect(OperationKind::kRead, NameOf(kNamedClock));
  switch (deadline->kind) {
    case Deadline::Kind::kWait:
      EndWait(static_cast<Thread*>(deadline->owner), kernel::WaitResult::kTimedOut);
      break;
    case Deadline::Kind::kThreadCall:
      thread_calls_->Due(static_cast<kernel::ThreadCall*>(deadline->owner));
      break;
    case Deadline::Kind::kDepression: {
      auto* thread = static_cast<Thread*>(deadline->owner);
      thread->depressed = thread->poll_depressed = false;
      dispatcher_.Reprioritize(thread);
      break;
    }
    case Deadline::Kind::kOutside: {
      auto* event = static_cast<OutsideEvent*>(deadline->owner);
      const kernel::OutsideFunction function = event->function;
      void* context = event->context;
      Emit(trace::EventKind::kOutsideDone, event->number(), 0);
      outside_.Recycle(event);  // before the call, which may schedule again
      function(context);
      break;
    }
  }
}

// --- Threads.

Thread* Machine::NewThread(const kernel::ThreadOptions& options, std::function<void()> body) {
  Thread* thread = threads_.Make(options, std::move(body));
  thread->pending = {OperationKind::kBegin, NameOf(*thread)};
  NoteEffect(OperationKind::kThreadCreate, NameOf(*thread));
  NoteEffect(OperationKind::kThreadCreate, NameOf(kNamedThreads));
  waits_.Reserve(threads_.size());
  Emit(EventKind::kThreadCreate, thread->id, static_cast<uint64_t>(thread->base_priority), 0,
       thread->name);
  return thread;
}

void Machine::EndWait(Thread* thread, kernel::WaitResult result) {
  NoteEffect(OperationKind::kWakeup, NameOf(thread->wait_event));
  NoteEffect(OperationKind::kWakeup, NameOf(*thread));
  waits_.Unlink(thread, result);
  deadlines_.Remove(&thread->timeout);
  Emit(EventKind::kThreadUnblock, thread->id, static_cast<uint64_t>(result), thread->note.object,
       thread->name);
  if (thread->state == Thread::State::kWaiting) dispatcher_.MakeRunnable(thread, "woken");
  chooser_.Invalidate();
}

void Machine::BlockSelf(Operation resume) {
  Thread* self = context().self();
  const kernel::Funnel funnel = DropFunnel(self);
  dispatcher_.Block(resume);
  if (outside_.any_triggers()) PullTriggers(self);
  if (self->group != nullptr) self->group->WorkerBlocked();
  RunNext();
  RetakeFunnel(self, funnel);
}

void Machine::ExitSelf() {
  Thread* self = context().self();
  DropFunnel(self);
  deadlines_.Remove(&self->depression);
  dispatcher_.Exit();
  if (!self->daemon) {
    threads_.CountEnd();
    if (threads_.unfinished() == 0) NoteEffect(OperationKind::kExit, kernel::kEverything);
  }
  while (Thread* joiner = waits_.Find(self, /*by_priority=*/false)) {
    EndWait(joiner, kernel::WaitResult::kAwakened);
  }
  self->fiber = nullptr;
  fibers_.RetireRunning();
  RunNext();
  std::abort();  // a thread that has ended never goes on
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

// --- Interrupts.

void Machine::Deliver(int index) {
  context().EnterOutside();
  Cpu& cpu = *dispatcher_.InterruptibleCpu();
  Line& line = lines_[index];
  line.active = true;
  if (line.trigger == kernel::Trigger::kEdge) line.raised = false;
  LineChanged(index);
  cpu.MoveTo(context().now());
  cpu.in_interrupt = true;
  cpu.line = static_cast<int16_t>(index);
  cpu.claimed = true;
  cpu.interrupt_began = cpu.clock;
  cpu.clock += costs_.OfInterruptEntry();
  cpu.interrupt_pending = {OperationKind::kInterrupt,
                           NameOf(kNamedLine, static_cast<ObjectId>(index))};
}

void Machine::CountStorm(Line& line, int index) {
  constexpr int kStorm = 1'000;
  if (++line.in_a_row < kStorm) return;
  const char* sentence = trace::Intern(
      absl::StrCat("interrupt line ", index, " was raised again ", kStorm,
                   " times in a row when its handler returned: it does not quiet the device"));
  kernel::Misuse("interrupt-storm", sentence);
  Stop(Outcome::Kind::kEndless, sentence);
}

// The life of a CPU's interrupt fiber: a handler, then whatever comes next, until it is chosen for
// the next handler.
void Machine::InterruptMain(void* argument) {
  Cpu& cpu = *static_cast<Cpu*>(argument);
  for (;;) {
    Line& line = machine->lines_[cpu.line];
    machine->Emit(EventKind::kInterruptBegin, 0, static_cast<uint64_t>(cpu.line));
    if (line.handler != nullptr) line.handler(line.target, cpu.line);
    machine->Emit(EventKind::kInterruptEnd, 0, static_cast<uint64_t>(cpu.line));
    if (line.raised && !line.masked) {
      machine->CountStorm(line, cpu.line);
    } else {
      line.in_a_row = 0;
    }
    machine->NoteEffect(OperationKind::kInterrupt,
                        machine->NameOf(kNamedLine, static_cast<ObjectId>(cpu.line)));
    line.active = false;
    cpu.in_interrupt = false;
    // The interrupted thread does not pay for it.
    cpu.charged_until += cpu.clock - cpu.interrupt_began;
    cpu.spent.interrupts += cpu.clock - cpu.interrupt_began;
    if (cpu.thread != nullptr) cpu.PayRemainingCost();
    machine->LineChanged(cpu.line);
    machine->dispatcher_.Release(&line);
    machine->chooser_.Invalidate();
    machine->RunNext();
  }
}

}  // namespace drydock::sim
