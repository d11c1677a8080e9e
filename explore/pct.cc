#include "explore/pct.h"

#include <algorithm>
#include <functional>

namespace drydock {

Pct::Pct(uint64_t seed, int depth, uint64_t length) : seed_(seed), prng_(seed, "pct") {
  for (int i = 1; i < depth; ++i) {
    change_points_.push_back(prng_.Below(std::max<uint64_t>(length, 1)));
  }
  std::sort(change_points_.begin(), change_points_.end(), std::greater<>());
}

size_t Pct::Highest(const Question& question) {
  size_t best = 0;
  int64_t best_priority = 0;
  for (size_t i = 0; i < question.alternatives.size(); ++i) {
    const auto [entry, is_new] = priorities_.try_emplace(TaskOf(question.alternatives[i]));
    if (is_new) entry->second = static_cast<int64_t>(prng_.Next() >> 1);
    if (i == 0 || entry->second > best_priority) {
      best = i;
      best_priority = entry->second;
    }
  }
  return best;
}

size_t Pct::Choose(const Question& question) {
  size_t best = Highest(question);
  bool changes = false;
  while (!change_points_.empty() && change_points_.back() <= question.number) {
    change_points_.pop_back();
    changes = true;
  }
  const uint64_t task = TaskOf(question.alternatives[best]);
  if (changes || Waits(question.alternatives[best]) || patience_.IsOver(task)) {
    priorities_[task] = --lowest_;
    best = Highest(question);
  }
  patience_.Note(TaskOf(question.alternatives[best]));
  return best;
}

}  // namespace drydock
