// scheduler/sim/wait_queues.h
//
// The threads that wait for events, in line. An event is an address, of which only equality counts:
// threads are kept in buckets by the hash of the address, within a bucket in order of arrival, so
// the host's addresses are not observable.
#ifndef DRYDOCK_SCHEDULER_SIM_WAIT_QUEUES_H_
#define DRYDOCK_SCHEDULER_SIM_WAIT_QUEUES_H_

#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "scheduler/sim/list.h"
#include "scheduler/sim/thread.h"
#include "scheduler/sim/wait_numbers.h"

namespace drydock::sim {

// Invariant: a thread is linked in the bucket of its `wait_event`, if and only if that is not null.
class WaitQueues {
 public:
  // Puts a thread that waits for nothing in line for `event`: last, or first from priority 96 on.
  void Link(kernel::Thread* thread, const void* event);
  // Takes a thread out of the line it is in. Its wait has ended with `result`.
  void Unlink(kernel::Thread* thread, kernel::WaitResult result);

  // First in line among the threads that wait for `event`; or, `by_priority`, the first of those of
  // the highest priority. Null if no thread waits for it.
  kernel::Thread* Find(const void* event, bool by_priority);

  // What the trace calls the events.
  WaitNumbers& numbers() { return numbers_; }

  // Makes room for so many threads: there are about as many buckets as threads.
  void Reserve(size_t threads) {
    if (threads > buckets_.size()) Grow();
  }

 private:
  using Bucket = List<kernel::Thread, &kernel::Thread::wait_hook>;
  Bucket& BucketOf(const void* event) {
    const auto bits = reinterpret_cast<uintptr_t>(event);
    return buckets_[(bits >> 4 ^ bits >> 11) & (buckets_.size() - 1)];
  }
  void Grow();

  absl::InlinedVector<Bucket, 16> buckets_{16};  // a power of two
  WaitNumbers numbers_;
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_WAIT_QUEUES_H_
