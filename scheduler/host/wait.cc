// The host kernel's waits (scheduler/kernel/wait.h): a thread asserts a wait, then blocks.
#include "scheduler/kernel/wait.h"

#include "absl/strings/str_cat.h"
#include "scheduler/host/machine.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/panic.h"

namespace drydock::kernel {

using host::context;
using host::Locked;
using host::machine;
using host::Machine;

namespace {

int Wake(const void* event, Machine::Whom whom, WaitResult result) {
  if (event == nullptr) Panic("a wakeup of the null event");
  if (machine == nullptr) return 0;
  ChoicePoint(OperationKind::kWakeup, 0);
  return machine->Wake(event, whom, result);
}

// Takes the one-shot abort, if that is what is pending.
bool TakeAbort(Thread* self, Interruptible interruptible) {
  if (!AbortPending(interruptible)) return false;
  if (interruptible == Interruptible::kAbortSafe) self->aborted_safely = false;
  return true;
}

}  // namespace

bool AbortPending(Interruptible interruptible) {
  const Thread* self = context.self;
  if (self == nullptr || interruptible == Interruptible::kUninterruptible) return false;
  return self->aborted || (interruptible == Interruptible::kAbortSafe && self->aborted_safely);
}

WaitResult AssertWait(const void* event, Interruptible interruptible, Time deadline,
                      const WaitNote& note) {
  if (event == nullptr) Panic("a wait for the null event");
  RefuseWaitInInterrupt(note.verb, note.name);
  Thread* self = context.self;
  if (self == nullptr) Panic("a wait where there is no thread");
  ChoicePoint(OperationKind::kAssertWait, note.object);
  Machine::WaitBucket& bucket = machine->BucketOf(event);
  const Locked locked(&bucket.lock);
  self->note = note;
  self->interruptible = interruptible;
  self->wait_deadline = deadline;
  Machine::Link(bucket, self, event);
  // ThreadAbort sets the flag first and then reads what the thread waits for; this does the
  // reverse.
  if (TakeAbort(self, interruptible)) {
    machine->EndWait(bucket, self, WaitResult::kInterrupted);
    self->wake = host::kAwake;
    return WaitResult::kInterrupted;
  }
  if (deadline != 0 && deadline <= machine->Now()) {
    machine->EndWait(bucket, self, WaitResult::kTimedOut);
  }
  return WaitResult::kWaiting;
}

WaitResult ThreadBlock() {
  Thread* self = context.self;
  const uint32_t wake = self->wake.load();
  if (wake == host::kAsserted) {
    if (self->spin_depth > 0) Panic("a thread blocks while it holds a spin lock");
    if (self->must_not_sleep != nullptr && !self->note.for_lock) {
      const MustNotSleep::Rule& rule = self->must_not_sleep->rule();
      Misuse(rule.finding,
             absl::StrCat(rule.what, " ", rule.call, " of ", rule.name, ": it ", self->note.verb,
                          *self->note.name != '\0' ? " " : "", self->note.name));
    }
    host::ThreadCallGroup* const group = self->group;
    if (group != nullptr) machine->thread_calls().WorkerBlocked(group);
    const bool for_lock = self->note.for_lock;
    const Time began = machine->Now();
    machine->Park(self);
    if (!for_lock) self->slept += machine->Now() - began;
    if (group != nullptr) machine->thread_calls().WorkerUnblocked(group);
  } else if (wake == host::kWoken) {
    self->wake = host::kAwake;
  }
  return self->wait_result;
}

MustNotSleep::MustNotSleep(const Rule& rule) : rule_(rule), outer_(context.self->must_not_sleep) {
  context.self->must_not_sleep = this;
}

MustNotSleep::~MustNotSleep() { context.self->must_not_sleep = outer_; }

int ThreadWakeup(const void* event, bool one_thread) {
  return Wake(event, one_thread ? Machine::Whom::kFirst : Machine::Whom::kAll,
              WaitResult::kAwakened);
}

int ThreadWakeupWithResult(const void* event, WaitResult result) {
  return Wake(event, Machine::Whom::kAll, result);
}

bool ThreadWakeupThread(const void* event, Thread* thread) {
  ChoicePoint(OperationKind::kWakeup, 0);
  return machine->Wake(event, Machine::Whom::kAll, WaitResult::kAwakened, thread) > 0;
}

}  // namespace drydock::kernel
