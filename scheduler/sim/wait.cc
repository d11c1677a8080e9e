// The simulated kernel's waits (scheduler/kernel/wait.h): a thread asserts a wait, then blocks.
#include "scheduler/kernel/wait.h"

#include "absl/strings/str_cat.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/sim/machine.h"

namespace drydock::kernel {

using sim::machine;

namespace {

// Tells observers of a wakeup of `event`, which has woken so many threads.
void EmitWakeup(const void* event, int woken) {
  if (!trace::Observed(trace::EventKind::kWakeup)) return;
  machine->Emit(trace::EventKind::kWakeup, static_cast<uint32_t>(woken),
                machine->waits().numbers().Of(event));
}

int Wake(const void* event, bool one_thread, WaitResult result) {
  if (event == nullptr) Panic("a wakeup of the null event");
  if (machine == nullptr) return 0;
  ChoicePoint(OperationKind::kWakeup, machine->NameOf(event));
  int woken = 0;
  while (Thread* thread = machine->waits().Find(event, /*by_priority=*/false)) {
    machine->EndWait(thread, result);
    ++woken;
    if (one_thread) break;
  }
  EmitWakeup(event, woken);
  machine->Settle();
  return woken;
}

}  // namespace

bool AbortPending(Interruptible interruptible) {
  const Thread* self = CurrentThread();
  if (self == nullptr || interruptible == Interruptible::kUninterruptible) return false;
  return self->aborted || (interruptible == Interruptible::kAbortSafe && self->aborted_safely);
}

WaitResult AssertWait(const void* event, Interruptible interruptible, Time deadline,
                      const WaitNote& note) {
  if (event == nullptr) Panic("a wait for the null event");
  if (machine == nullptr || machine->cpu() == nullptr) Panic("a wait where there is no thread");
  RefuseWaitInInterrupt(note.verb, note.name);
  ChoicePoint(OperationKind::kAssertWait,
              machine->timeless() ? machine->NameOf(event) : note.object);
  Thread* self = machine->self();
  if (interruptible != Interruptible::kUninterruptible) {
    machine->NoteEffect(OperationKind::kRead, machine->NameOf(sim::kNamedAbort, self->id));
  }
  self->note = note;
  if (AbortPending(interruptible)) {
    if (interruptible == Interruptible::kAbortSafe) self->aborted_safely = false;
    self->wait_result = WaitResult::kInterrupted;
    return WaitResult::kInterrupted;
  }
  self->interruptible = interruptible;
  machine->waits().Link(self, event);
  if (trace::Observed(trace::EventKind::kWaitFor)) {
    machine->Emit(trace::EventKind::kWaitFor, 0, machine->waits().numbers().Of(event), note.object,
                  note.name);
  }
  if (deadline != 0) {
    if (machine->HasPassed(deadline)) {
      machine->EndWait(self, WaitResult::kTimedOut);
    } else {
      self->timeout.operation.object = machine->NameOf(event);
      if (machine->timeless()) {
        machine->deadlines().Insert(&self->timeout, deadline, Alternative::kTimeoutOf | self->id);
      } else {
        machine->deadlines().Insert(&self->timeout, deadline);
      }
      machine->chooser().Invalidate();
    }
  }
  return WaitResult::kWaiting;
}

WaitResult ThreadBlock() {
  Thread* self = machine->self();
  if (self->wait_event != nullptr) {
    if (self->spin_depth > 0) Panic("a thread blocks while it holds a spin lock");
    if (self->must_not_sleep != nullptr && !self->note.for_lock) {
      const MustNotSleep::Rule& rule = self->must_not_sleep->rule();
      Misuse(rule.finding,
             absl::StrCat(rule.what, " ", rule.call, " of ", rule.name, ": it ", self->note.verb,
                          *self->note.name != '\0' ? " " : "", self->note.name));
    }
  }
  // Whether its wait ends before it blocks or after must be no difference.
  if (machine->timeless()) {
    machine->StepGuarded(&self->waiting, OperationKind::kBlock, machine->NameOf(*self));
  }
  if (self->wait_event != nullptr) {
    const Time began = machine->Now();
    machine->BlockSelf(
        {OperationKind::kResume, machine->timeless() ? machine->NameOf(*self) : self->note.object});
    if (!self->note.for_lock) self->slept += machine->Now() - began;
  }
  self->note.owner = nullptr;
  return self->wait_result;
}

MustNotSleep::MustNotSleep(const Rule& rule)
    : rule_(rule), outer_(machine->self()->must_not_sleep) {
  machine->self()->must_not_sleep = this;
}

MustNotSleep::~MustNotSleep() { machine->self()->must_not_sleep = outer_; }

int ThreadWakeup(const void* event, bool one_thread) {
  return Wake(event, one_thread, WaitResult::kAwakened);
}

int ThreadWakeupWithResult(const void* event, WaitResult result) {
  return Wake(event, /*one_thread=*/false, result);
}

bool ThreadWakeupThread(const void* event, Thread* thread) {
  ChoicePoint(OperationKind::kWakeup, machine->NameOf(event));
  const bool waits = thread->wait_event == event;
  if (waits) machine->EndWait(thread, WaitResult::kAwakened);
  EmitWakeup(event, waits ? 1 : 0);
  if (waits) machine->Settle();
  return waits;
}

}  // namespace drydock::kernel
