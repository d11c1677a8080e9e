// explore/pct.h
//
// Probabilistic concurrency testing: tasks get random priorities and the highest goes first, but
// for depth - 1 random steps at which the one that would go falls behind all others. A bug that
// needs `depth` ordering constraints is found with probability at least 1 / (n k^(depth-1)) in each
// run of n tasks and k steps.
//
// Burckhardt, Kothari, Musuvathi, Nagarakatte: "A randomized scheduler with probabilistic
// guarantees of finding bugs", ASPLOS 2010. Ours differs in two rules: a task that is about to wait
// busily falls behind too, and one that has been passed over for long goes to the front, so that a
// spin-wait ends, also one that sleeps between its looks.
#ifndef DRYDOCK_EXPLORE_PCT_H_
#define DRYDOCK_EXPLORE_PCT_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "explore/task.h"
#include "scheduler/prng.h"
#include "scheduler/strategy.h"

namespace drydock {

class Pct final : public Strategy {
 public:
  // `depth` from 1; `length` is how many questions the run is expected to ask.
  Pct(uint64_t seed, int depth, uint64_t length);

  size_t Choose(const Question& question) override;
  uint64_t seed() const override { return seed_; }

 private:
  struct Standing {
    int64_t priority;
    uint64_t passed_over_since = kGoing;  // the question
  };
  static constexpr uint64_t kGoing = ~uint64_t{0};
  static constexpr uint64_t kMostPassedOver = 1000;  // questions

  size_t Highest(const Question& question);

  const uint64_t seed_;
  Prng prng_;
  std::vector<uint64_t> change_points_;                // numbers of questions, descending
  absl::flat_hash_map<uint64_t, Standing> standings_;  // of tasks
  // Given so far; those of new tasks are in between.
  int64_t lowest_ = 0;
  int64_t highest_ = int64_t{1} << 62;
};

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_PCT_H_
