// Waiting for events: buckets of threads by the event's address. Only equality of addresses counts:
// within a bucket threads stand in order of arrival, so the host's addresses are not observable.
#include <cassert>

#include "absl/strings/str_cat.h"
#include "scheduler/kernel/atomic_section.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/fast_lock.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/spin.h"
#include "scheduler/kernel/wait_watch.h"
#include "scheduler/sim/machine.h"

namespace drydock::sim {

void Machine::LinkWaiter(Thread* thread, const void* event) {
  assert(thread->wait_event == nullptr);
  WaitBucket& bucket = BucketOf(event);
  thread->wait_event = event;
  thread->waiting = true;
  thread->wait_result = kernel::WaitResult::kWaiting;
  if (thread->priority >= BASEPRI_REALTIME) {
    thread->wait_previous = nullptr;
    thread->wait_next = bucket.head;
    (bucket.head != nullptr ? bucket.head->wait_previous : bucket.tail) = thread;
    bucket.head = thread;
  } else {
    thread->wait_next = nullptr;
    thread->wait_previous = bucket.tail;
    (bucket.tail != nullptr ? bucket.tail->wait_next : bucket.head) = thread;
    bucket.tail = thread;
  }
}

void Machine::EndWait(Thread* thread, kernel::WaitResult result) {
  assert(thread->wait_event != nullptr);
  WaitBucket& bucket = BucketOf(thread->wait_event);
  (thread->wait_previous != nullptr ? thread->wait_previous->wait_next : bucket.head) =
      thread->wait_next;
  (thread->wait_next != nullptr ? thread->wait_next->wait_previous : bucket.tail) =
      thread->wait_previous;
  thread->wait_next = thread->wait_previous = nullptr;
  NoteEffect(OperationKind::kWakeup, NameOf(thread->wait_event));
  NoteEffect(OperationKind::kWakeup, NameOf(*thread));
  thread->wait_event = nullptr;
  thread->waiting = false;
  thread->wait_result = result;
  deadlines_.Remove(&thread->timeout);
  Emit(trace::EventKind::kThreadUnblock, thread->id, static_cast<uint64_t>(result),
       thread->note.object, thread->name);
  if (thread->state == Thread::State::kWaiting) MakeRunnable(thread, "woken");
  InvalidateChoices();
}

Thread* Machine::FindWaiter(const void* event, bool by_priority) {
  Thread* found = nullptr;
  for (Thread* thread = BucketOf(event).head; thread != nullptr; thread = thread->wait_next) {
    if (thread->wait_event != event) continue;
    if (!by_priority) return thread;
    if (found == nullptr || thread->priority > found->priority) found = thread;
  }
  return found;
}

void Machine::GrowWaitBuckets() {
  decltype(waiters_) old(waiters_.size() * 4);
  old.swap(waiters_);
  for (const WaitBucket& bucket : old) {
    // In their order, so that the lines of each event stay as they are.
    for (Thread* thread = bucket.head; thread != nullptr;) {
      Thread* next = thread->wait_next;
      WaitBucket& to = BucketOf(thread->wait_event);
      thread->wait_next = nullptr;
      thread->wait_previous = to.tail;
      (to.tail != nullptr ? to.tail->wait_next : to.head) = thread;
      to.tail = thread;
      thread = next;
    }
  }
}

}  // namespace drydock::sim

namespace drydock::kernel {

using sim::machine;

namespace {

int Wake(const void* event, bool one_thread, WaitResult result) {
  if (event == nullptr) Panic("a wakeup of the null event");
  if (machine == nullptr) return 0;
  ChoicePoint(OperationKind::kWakeup, machine->NameOf(event));
  int woken = 0;
  while (Thread* thread = machine->FindWaiter(event, /*by_priority=*/false)) {
    machine->EndWait(thread, result);
    ++woken;
    if (one_thread) break;
  }
  if (internal::wait_watch != nullptr) internal::wait_watch->Wakes(event, one_thread, woken);
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
  machine->LinkWaiter(self, event);
  if (internal::wait_watch != nullptr) internal::wait_watch->Waits(event);
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
      machine->InvalidateChoices();
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

const bool kParallel = false;
void FastServeLine(Mutex*) {}
void internal::EnterSection() {}
void internal::LeaveSection() {}

// Once is enough to let the strategy decide whether the look finds something.
int SpinLimit() { return 1; }
int CpuHere() { return -1; }
void MoveToCpu(int) {}
void MoveFromCpu(int) {}

bool ThreadWakeupThread(const void* event, Thread* thread) {
  ChoicePoint(OperationKind::kWakeup, machine->NameOf(event));
  const bool waits = thread->wait_event == event;
  if (waits) machine->EndWait(thread, WaitResult::kAwakened);
  if (internal::wait_watch != nullptr) internal::wait_watch->Wakes(event, /*one=*/true, waits);
  if (waits) machine->Settle();
  return waits;
}

}  // namespace drydock::kernel
