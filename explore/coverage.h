// explore/coverage.h
//
// How much of what can come between what a campaign has seen.
#ifndef DRYDOCK_EXPLORE_COVERAGE_H_
#define DRYDOCK_EXPLORE_COVERAGE_H_

#include <cstddef>
#include <cstdint>

#include "absl/container/flat_hash_set.h"
#include "scheduler/strategy.h"

namespace drydock {

// Counts pairs of choice points: a step that somebody was about to take, and the step of another
// that came before it instead. When a campaign finds no new pairs, more of it will hardly find
// anything else. (Coverage by ordered pairs of operations: Lu, Jiang, Zhou: "A study of
// interleaving coverage criteria", ESEC/FSE 2007.)
class Coverage {
 public:
  size_t pairs() const { return pairs_.size(); }

 private:
  friend class CoveredStrategy;
  absl::flat_hash_set<uint64_t> pairs_;
};

// Answers as another strategy does, and counts what that covers. Both outlive it.
class CoveredStrategy final : public Strategy {
 public:
  CoveredStrategy(Strategy* strategy, Coverage* coverage)
      : strategy_(*strategy), coverage_(*coverage) {}

  size_t Choose(const Question& question) override;
  bool FollowsTime() const override { return strategy_.FollowsTime(); }
  bool Finish(uint64_t questions) override { return strategy_.Finish(questions); }
  uint64_t seed() const override { return strategy_.seed(); }
  std::string refusal() const override { return strategy_.refusal(); }

 private:
  Strategy& strategy_;
  Coverage& coverage_;
  uint64_t last_ = ~uint64_t{0};  // task
};

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_COVERAGE_H_
