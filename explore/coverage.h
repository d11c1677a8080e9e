// explore/coverage.h
//
// Coverage of a campaign: how many ordered pairs of steps its runs have seen.
#ifndef DRYDOCK_EXPLORE_COVERAGE_H_
#define DRYDOCK_EXPLORE_COVERAGE_H_

#include <cstddef>
#include <cstdint>

#include "absl/container/flat_hash_set.h"
#include "explore/wrapped.h"

namespace drydock {

// Counts pairs of choice points: a step that a task was about to take, and the step of another task
// that came before it. When a campaign finds no new pairs, more of it will hardly find
// anything else. (Coverage by ordered pairs of operations: Lu, Jiang, Zhou: "A study of
// interleaving coverage criteria", ESEC/FSE 2007.)
class Coverage {
 public:
  size_t pairs() const { return pairs_.size(); }

 private:
  friend class CoveredStrategy;
  absl::flat_hash_set<uint64_t> pairs_;
};

// Counts what a strategy covers.
class CoveredStrategy final : public WrappedStrategy {
 public:
  CoveredStrategy(Strategy* strategy, Coverage* coverage)
      : WrappedStrategy(strategy), coverage_(*coverage) {}

  size_t Choose(const Question& question) override;

 private:
  Coverage& coverage_;
  uint64_t last_ = ~uint64_t{0};  // task
};

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_COVERAGE_H_
