// explore/default_schedule.h
//
// The schedule without forced switches: the task that took the last step goes on while it can and
// does not wait; then the alternative that is first in time. Systematic search deviates from it
// step by step, and a minimised failure is reported as deviations from it.
#ifndef DRYDOCK_EXPLORE_DEFAULT_SCHEDULE_H_
#define DRYDOCK_EXPLORE_DEFAULT_SCHEDULE_H_

#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "explore/task.h"

namespace drydock {

class DefaultSchedule {
 public:
  // The preempted task and the index of its next step; comparable across runs.
  using SwitchPoint = std::pair<uint64_t, uint64_t>;

  // Whether the task that took the last step can go on, and the index of the alternative that the
  // default schedule chooses: that task's, or 0.
  struct Usual {
    bool goes_on;
    size_t index;
  };
  Usual UsualAt(const Question& question) const {
    for (size_t i = 0; i < question.alternatives.size(); ++i) {
      const Alternative& alternative = question.alternatives[i];
      if (TaskOf(alternative) == last_ && !Waits(alternative) && !starvation_guard_.IsOver(last_)) {
        return {true, i};
      }
    }
    return {false, 0};
  }

  // Where the run stands: a switch here preempts the task that took the last step.
  SwitchPoint switch_point() const {
    const auto found = steps_.find(last_);
    return {last_, found == steps_.end() ? 0 : found->second};
  }

  // `task` takes the next step.
  void Note(uint64_t task) {
    last_ = task;
    ++steps_[task];
    starvation_guard_.Note(task);
  }

 private:
  uint64_t last_ = ~uint64_t{0};
  absl::flat_hash_map<uint64_t, uint64_t> steps_;  // of each task so far
  StarvationGuard starvation_guard_;
};

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_DEFAULT_SCHEDULE_H_
