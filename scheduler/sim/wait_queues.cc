// Waiting for events: buckets of threads by the event's address. Only equality of addresses counts:
// within a bucket threads stand in order of arrival, so the host's addresses are not observable.
#include <cassert>

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
