// The lines of threads that wait for events.
#include "scheduler/sim/wait_queues.h"

#include <cassert>

namespace drydock::sim {

using kernel::Thread;

void WaitQueues::Link(Thread* thread, const void* event) {
  assert(thread->wait_event == nullptr);
  thread->wait_event = event;
  thread->waiting = true;
  thread->wait_result = kernel::WaitResult::kWaiting;
  Bucket& bucket = BucketOf(event);
  if (thread->priority >= BASEPRI_REALTIME) {
    bucket.push_front(*thread);
  } else {
    bucket.push_back(*thread);
  }
}

void WaitQueues::Unlink(Thread* thread, kernel::WaitResult result) {
  assert(thread->wait_event != nullptr);
  BucketOf(thread->wait_event).erase(Bucket::s_iterator_to(*thread));
  thread->wait_event = nullptr;
  thread->waiting = false;
  thread->wait_result = result;
}

Thread* WaitQueues::Find(const void* event, bool by_priority) {
  Thread* found = nullptr;
  for (Thread& thread : BucketOf(event)) {
    if (thread.wait_event != event) continue;
    if (!by_priority) return &thread;
    if (found == nullptr || thread.priority > found->priority) found = &thread;
  }
  return found;
}

void WaitQueues::Grow() {
  decltype(buckets_) old(buckets_.size() * 4);
  old.swap(buckets_);
  for (Bucket& bucket : old) {
    // In their order, so that the line of each event stays as it is.
    while (!bucket.empty()) {
      Thread& thread = bucket.front();
      bucket.pop_front();
      BucketOf(thread.wait_event).push_back(thread);
    }
  }
}

}  // namespace drydock::sim
