// Waiting for events: buckets of threads by the event's address, each with a lock of its own.
#include <array>

#include "absl/strings/str_cat.h"
#include "scheduler/host/machine.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/wait.h"

namespace drydock::host {
namespace {

// With the bucket's lock held.
void Link(Machine::WaitBucket& bucket, Thread* thread, const void* event) {
  thread->wait_event.store(event, std::memory_order_relaxed);
  thread->wait_result = kernel::WaitResult::kWaiting;
  thread->wake.store(kAsserted);
  bucket.waiters.fetch_add(1);
  if (thread->priority.load(std::memory_order_relaxed) >= BASEPRI_REALTIME) {
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

// Blocked threads whose waits have ended, which it wakes at the end of its own life. (Threads live
// as long as the machine.)
class Sleepers {
 public:
  Sleepers() = default;
  ~Sleepers() {
    for (size_t i = 0; i < count_; ++i) FutexWake(&threads_[i]->wake);
  }
  Sleepers(const Sleepers&) = delete;
  Sleepers& operator=(const Sleepers&) = delete;

  void Add(Thread* thread) {
    if (count_ == threads_.size()) {
      FutexWake(&thread->wake);
    } else {
      threads_[count_++] = thread;
    }
  }

 private:
  std::array<Thread*, 16> threads_;
  size_t count_ = 0;
};

}  // namespace

void Machine::Assert(const void* event, const kernel::WaitNote& note) {
  Thread* self = context.self;
  WaitBucket& bucket = BucketOf(event);
  const Locked locked(&bucket.lock);
  self->note = note;
  self->interruptible = kernel::Interruptible::kUninterruptible;
  self->wait_deadline = 0;
  Link(bucket, self, event);
}

bool Machine::EndWait(WaitBucket& bucket, Thread* thread, kernel::WaitResult result) {
  (thread->wait_previous != nullptr ? thread->wait_previous->wait_next : bucket.head) =
      thread->wait_next;
  (thread->wait_next != nullptr ? thread->wait_next->wait_previous : bucket.tail) =
      thread->wait_previous;
  thread->wait_next = thread->wait_previous = nullptr;
  bucket.waiters.fetch_sub(1);
  thread->wait_event.store(nullptr, std::memory_order_relaxed);
  thread->wait_result = result;
  Emit(EventKind::kThreadUnblock, thread->id, static_cast<uint64_t>(result), thread->note.object,
       thread->name.load());
  return thread->wake.exchange(kWoken) == kBlocked;
}

int Machine::Wake(const void* event, Whom whom, kernel::WaitResult result, Thread* only) {
  WaitBucket& bucket = BucketOf(event);
  // Sequentially consistent, as a read-modify-write: who gets in line counts himself and then looks
  // at what he waits for; the caller has made that true and now looks whether anybody is there.
  if (bucket.waiters.fetch_add(0) == 0) return 0;
  Sleepers sleepers;  // woken after the lock has been given back
  const Locked locked(&bucket.lock);
  int woken = 0;
  Thread* highest = nullptr;
  for (Thread* thread = bucket.head; thread != nullptr;) {
    Thread* next = thread->wait_next;
    if (thread->wait_event.load(std::memory_order_relaxed) == event &&
        (only == nullptr || only == thread)) {
      if (whom == Whom::kHighest) {
        if (highest == nullptr || thread->priority.load() > highest->priority.load()) {
          highest = thread;
        }
      } else {
        if (EndWait(bucket, thread, result)) sleepers.Add(thread);
        ++woken;
        if (whom == Whom::kFirst) break;
      }
    }
    thread = next;
  }
  if (highest != nullptr) {
    if (EndWait(bucket, highest, result)) sleepers.Add(highest);
    ++woken;
  }
  return woken;
}

void Machine::Park(Thread* self) {
  if (ABSL_PREDICT_FALSE(outside_.any())) outside_.Pull(self);
  const Time deadline = HostTime(self->wait_deadline);
  uint32_t asserted = kAsserted;
  if (self->wake.compare_exchange_strong(asserted, kBlocked)) {
    progress_.fetch_add(1, std::memory_order_relaxed);
    if (deadline == 0) Busy(-1);
    while (self->wake.load() != kWoken) {
      LeaveIfStopping();
      FutexWait(&self->wake, kBlocked, deadline);
      if (deadline != 0 && self->wake.load() != kWoken && HostNow() >= deadline) {
        // (It may be woken just now; only who has the lock knows.)
        WaitBucket& bucket = BucketOf(self->wait_event.load(std::memory_order_relaxed));
        const Locked locked(&bucket.lock);
        if (self->wait_event.load(std::memory_order_relaxed) != nullptr) {
          EndWait(bucket, self, kernel::WaitResult::kTimedOut);
        }
      }
    }
    if (deadline == 0) Busy(1);
  }
  self->wake.store(kAwake);
}

}  // namespace drydock::host

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
  host::Link(bucket, self, event);
  // Whoever aborts it sets the flag and then looks what it waits for.
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

void ThreadAbort(Thread* thread, bool safely) {
  ChoicePoint(OperationKind::kWakeup, 0);
  (safely ? thread->aborted_safely : thread->aborted).store(true);
  const void* event = thread->wait_event.load();
  if (event == nullptr) return;
  Machine::WaitBucket& bucket = machine->BucketOf(event);
  host::Sleepers sleepers;
  const Locked locked(&bucket.lock);
  if (thread->wait_event.load() != event) return;
  const bool breaks = safely ? thread->interruptible == Interruptible::kAbortSafe
                             : thread->interruptible != Interruptible::kUninterruptible;
  if (!breaks) return;
  if (safely) thread->aborted_safely = false;
  if (machine->EndWait(bucket, thread, WaitResult::kInterrupted)) sleepers.Add(thread);
}

}  // namespace drydock::kernel
