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

  // Whether any thread that takes CPUs from kernel-mode code is queued.
  bool urgent() const { return urgent_ > 0; }

  // The first of the highest priority; the queue must not be empty.
  kernel::Thread* first() const { return lists_[highest()].head; }

  // Puts the thread last, or first, among those of its priority; a real-time one by its deadline.
  void Push(kernel::Thread* thread, bool tail, bool urgent) {
    List& list = lists_[thread->priority];
    if (!Has(thread->priority)) list = {};
    kernel::Thread* before = tail ? list.tail : nullptr;  // of the place for it
    if (thread->priority >= BASEPRI_RTQUEUES) {
      before = list.tail;
      while (before != nullptr && before->deadline > thread->deadline) {
        before = before->queue_previous;
      }
    }
    thread->queue_previous = before;
    thread->queue_next = before != nullptr ? before->queue_next : list.head;
    (before != nullptr ? before->queue_next : list.head) = thread;
    (thread->queue_next != nullptr ? thread->queue_next->queue_previous : list.tail) = thread;
    bitmap_[thread->priority / 64] |= uint64_t{1} << (thread->priority % 64);
    thread->queued_urgent = urgent;
    if (urgent) ++urgent_;
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
    if (thread->queued_urgent) --urgent_;
  }

  // Calls `visit(Thread*)` for each queued thread below the kernel's priorities. Nothing may be
  // pushed or removed meanwhile.
  template <typename Visit>
  void VisitBelowKernel(Visit visit) const {
    for (int priority = 0; priority < MINPRI_KERNEL; ++priority) {
      if (!Has(priority)) continue;
      for (kernel::Thread* thread = lists_[priority].head; thread != nullptr;
           thread = thread->queue_next) {
        visit(thread);
      }
    }
  }

 private:
  struct List {
    kernel::Thread* head;
    kernel::Thread* tail;
  };
  bool Has(int priority) const { return (bitmap_[priority / 64] >> (priority % 64) & 1) != 0; }
  static_assert(NRQS == 128, "the bitmap covers every priority");

  std::array<uint64_t, 2> bitmap_ = {};
  std::array<List, NRQS> lists_;  // of a priority that has none: anything
  int urgent_ = 0;
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_RUN_QUEUE_H_
