// Waiting for events: buckets of threads by the event's address, each with a lock of its own.
#include <array>

#include "scheduler/host/machine.h"
#include "scheduler/kernel/wait.h"

namespace drydock::host {
namespace {

// Blocked threads whose waits have ended; the destructor wakes them. (Threads live as long as the
// machine.)
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

void Machine::Link(WaitBucket& bucket, Thread* thread, const void* event) {
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
  // A sequentially consistent read-modify-write: a waiter increments the count and then checks its
  // condition; the caller has made the condition true and now reads the count. One of them sees the
  // other.
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

void Machine::BreakWait(Thread* thread, bool safely) {
  const void* event = thread->wait_event.load();
  if (event == nullptr) return;
  WaitBucket& bucket = BucketOf(event);
  Sleepers sleepers;
  const Locked locked(&bucket.lock);
  if (thread->wait_event.load() != event) return;
  const bool breaks = safely ? thread->interruptible == kernel::Interruptible::kAbortSafe
                             : thread->interruptible != kernel::Interruptible::kUninterruptible;
  if (!breaks) return;
  if (safely) thread->aborted_safely = false;
  if (EndWait(bucket, thread, kernel::WaitResult::kInterrupted)) sleepers.Add(thread);
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
        // It may be woken at this moment: decided under the lock.
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
