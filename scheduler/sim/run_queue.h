// scheduler/sim/run_queue.h
//
// Runnable threads that have no CPU: a list per priority and a bitmap of those that are not empty,
// so that the highest is found in constant time however many threads there are.
#ifndef DRYDOCK_SCHEDULER_SIM_RUN_QUEUE_H_
#define DRYDOCK_SCHEDULER_SIM_RUN_QUEUE_H_

#include <array>
#include <cstdint>

#include "absl/numeric/bits.h"
#include "scheduler/priority.h"
#include "scheduler/sim/thread.h"

namespace drydock::sim {

class RunQueue {
 public:
  static constexpr int kEmpty = -1;

  // The highest priority queued, or kEmpty.
  int highest() const {
    if (bitmap_[1] != 0) return 127 - absl::countl_zero(bitmap_[1]);
    if (bitmap_[0] != 0) return 63 - absl::countl_zero(bitmap_[0]);
    return kEmpty;
  }

  void PushTail(kernel::Thread* thread) {
    List& list = lists_[thread->priority];
    thread->queue_next = nullptr;
    thread->queue_previous = list.tail;
    (list.tail != nullptr ? list.tail->queue_next : list.head) = thread;
    list.tail = thread;
    Mark(thread->priority);
  }

  void PushHead(kernel::Thread* thread) {
    List& list = lists_[thread->priority];
    thread->queue_previous = nullptr;
    thread->queue_next = list.head;
    (list.head != nullptr ? list.head->queue_previous : list.tail) = thread;
    list.head = thread;
    Mark(thread->priority);
  }

  // Takes out the first of the highest priority; the queue must not be empty.
  kernel::Thread* Pop() {
    kernel::Thread* thread = lists_[highest()].head;
    Remove(thread);
    return thread;
  }

  // `thread` must be queued, at the priority it was queued with.
  void Remove(kernel::Thread* thread) {
    List& list = lists_[thread->priority];
    (thread->queue_previous != nullptr ? thread->queue_previous->queue_next : list.head) =
        thread->queue_next;
    (thread->queue_next != nullptr ? thread->queue_next->queue_previous : list.tail) =
        thread->queue_previous;
    thread->queue_next = thread->queue_previous = nullptr;
    if (list.head == nullptr) {
      bitmap_[thread->priority / 64] &= ~(uint64_t{1} << (thread->priority % 64));
    }
  }

 private:
  struct List {
    kernel::Thread* head = nullptr;
    kernel::Thread* tail = nullptr;
  };
  static_assert(NRQS == 128, "the bitmap covers every priority");

  void Mark(int priority) { bitmap_[priority / 64] |= uint64_t{1} << (priority % 64); }

  std::array<uint64_t, 2> bitmap_ = {};
  std::array<List, NRQS> lists_;
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_RUN_QUEUE_H_
