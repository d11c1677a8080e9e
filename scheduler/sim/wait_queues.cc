// The lines of threads that wait for events.
#include "scheduler/sim/wait_queues.h"

#include <cassert>

namespace drydock::sim {

using kernel::Thread;

void WaitQueues::Append(Bucket& bucket, Thread* thread) {
  thread->wait_next = nullptr;
  thread->wait_previous = bucket.tail;
  (bucket.tail != nullptr ? bucket.tail->wait_next : bucket.head) = thread;
  bucket.tail = thread;
}

void WaitQueues::Link(Thread* thread, const void* event) {
  assert(thread->wait_event == nullptr);
  Bucket& bucket = BucketOf(event);
  thread->wait_event = event;
  thread->waiting = true;
  thread->wait_result = kernel::WaitResult::kWaiting;
  if (thread->priority >= BASEPRI_REALTIME) {
    thread->wait_previous = nullptr;
    thread->wait_next = bucket.head;
    (bucket.head != nullptr ? bucket.head->wait_previous : bucket.tail) = thread;
    bucket.head = thread;
  } else {
    Append(bucket, thread);
  }
}

void WaitQueues::Unlink(Thread* thread, kernel::WaitResult result) {
  assert(thread->wait_event != nullptr);
  Bucket& bucket = BucketOf(thread->wait_event);
  (thread->wait_previous != nullptr ? thread->wait_previous->wait_next : bucket.head) =
      thread->wait_next;
  (thread->wait_next != nullptr ? thread->wait_next->wait_previous : bucket.tail) =
      thread->wait_previous;
  thread->wait_next = thread->wait_previous = nullptr;
  thread->wait_event = nullptr;
  thread->waiting = false;
  thread->wait_result = result;
}

Thread* WaitQueues::Find(const void* event, bool by_priority) const {
  Thread* found = nullptr;
  for (Thread* thread = buckets_[IndexOf(event)].head; thread != nullptr;
       thread = thread->wait_next) {
    if (thread->wait_event != event) continue;
    if (!by_priority) return thread;
    if (found == nullptr || thread->priority > found->priority) found = thread;
  }
  return found;
}

void WaitQueues::Grow() {
  decltype(buckets_) old(buckets_.size() * 4);
  old.swap(buckets_);
  for (const Bucket& bucket : old) {
    // In their order, so that the line of each event stays as it is.
    for (Thread* thread = bucket.head; thread != nullptr;) {
      Thread* next = thread->wait_next;
      Append(BucketOf(thread->wait_event), thread);
      thread = next;
    }
  }
}

}  // namespace drydock::sim
