// Probabilistic concurrency testing.
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
    const auto [entry, is_new] = standings_.try_emplace(TaskOf(question.alternatives[i]));
    Standing& standing = entry->second;
    if (is_new) standing.priority = static_cast<int64_t>(prng_.Next() >> 2);
    if (standing.passed_over_since == kGoing) {
      standing.passed_over_since = question.number;
    } else if (question.number - standing.passed_over_since > kMostPassedOver) {
      standing = {.priority = ++highest_, .passed_over_since = question.number};
    }
    if (i == 0 || standing.priority > best_priority) {
      best = i;
      best_priority = standing.priority;
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
  const auto standing_of_best = [&]() -> Standing& {
    return standings_[TaskOf(question.alternatives[best])];
  };
  // (A task that was passed over for long goes even if it waits.)
  if (changes || (Waits(question.alternatives[best]) && standing_of_best().priority != highest_)) {
    standing_of_best().priority = --lowest_;
    best = Highest(question);
  }
  standing_of_best().passed_over_since = kGoing;
  return best;
}

}  // namespace drydock
