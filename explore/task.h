// explore/task.h
//
// What strategies derive from an alternative: its task, whether it waits, what it conflicts with.
#ifndef DRYDOCK_EXPLORE_TASK_H_
#define DRYDOCK_EXPLORE_TASK_H_

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "scheduler/strategy.h"

namespace drydock {

// The task whose step an alternative is, the same at every question: a thread, the interrupt
// handler of a CPU, a line, or a deadline.
inline uint64_t TaskOf(const Alternative& alternative) {
  const bool handler = alternative.kind == Alternative::Kind::kCpu && alternative.actor == 0;
  return static_cast<uint64_t>(alternative.kind) << 40 | static_cast<uint64_t>(handler) << 39 |
         (handler ? alternative.cpu : alternative.actor);
}

// A number for each task, 0 at first.
class TaskNumbers {
 public:
  uint64_t& operator[](uint64_t task) {
    const uint64_t thread = task ^ kFirstThread;
    if (thread >= kThreads) return others_[task];
    if (thread >= threads_.size()) threads_.resize(thread + 1);
    return threads_[thread];
  }

 private:
  // Threads are asked for at nearly every question, and numbered densely.
  static constexpr uint64_t kFirstThread = static_cast<uint64_t>(Alternative::Kind::kCpu) << 40;
  static constexpr uint64_t kThreads = 1 << 16;

  absl::InlinedVector<uint64_t, 8> threads_;
  absl::flat_hash_map<uint64_t, uint64_t> others_;
};

// Whether the step is a busy wait or a yield. A strategy that prefers some tasks to others must not
// prefer one that waits so, or the run never ends.
inline bool Waits(const Alternative& alternative) {
  return alternative.operation.kind == kernel::OperationKind::kDelay ||
         alternative.operation.kind == kernel::OperationKind::kYield;
}

// Detects starvation: a task that takes step after step while others could go. A strategy that
// prefers some tasks treats such a task as waiting, whatever it does, since it may be polling.
class StarvationGuard {
 public:
  static constexpr int kMost = 1000;  // steps in a row

  // `task` takes the next step.
  void Note(uint64_t task) {
    in_a_row_ = task == task_ ? in_a_row_ + 1 : 1;
    task_ = task;
  }
  bool IsOver(uint64_t task) const { return task == task_ && in_a_row_ >= kMost; }

 private:
  uint64_t task_ = ~uint64_t{0};
  int in_a_row_ = 0;
};

// Whether the order of the two steps can matter: both touch one object, and one of them changes it;
// or one of them ends the run.
inline bool Conflict(const kernel::Operation& a, const kernel::Operation& b) {
  if (a.object == kernel::kEverything || b.object == kernel::kEverything) return true;
  return a.object != 0 && a.object == b.object && (a.bytes & b.bytes) != 0 &&
         (kernel::OperationWrites(a.kind) || kernel::OperationWrites(b.kind));
}

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_TASK_H_
