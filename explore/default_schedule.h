// explore/default_schedule.h
//
// The run without forced switches: whoever went last goes on as long as he can and does not wait;
// then whoever is due first. Systematic search deviates from it step by step, and what is left of a
// failure once it has been made small is told as deviations from it.
#ifndef DRYDOCK_EXPLORE_DEFAULT_SCHEDULE_H_
#define DRYDOCK_EXPLORE_DEFAULT_SCHEDULE_H_

#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "explore/task.h"

namespace drydock {

class DefaultSchedule {
 public:
  // Who is left, before which of his steps: the same place in runs that differ elsewhere.
  using Place = std::pair<uint64_t, uint64_t>;

  // Whether the one who went last can go on, and the index of who does: he, or the first.
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

  Place place() const {
    const auto found = steps_.find(last_);
    return {last_, found == steps_.end() ? 0 : found->second};
  }

  // `task` goes.
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
