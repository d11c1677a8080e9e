// explore/pct.h
//
// Probabilistic concurrency testing: tasks get random priorities and the highest goes first, but
// for depth - 1 random steps at which the one that would go falls behind all others. A bug that
// needs `depth` ordering constraints is found with probability at least 1 / (n k^(depth-1)) in each
// run of n tasks and k steps.
//
// Burckhardt, Kothari, Musuvathi, Nagarakatte: "A randomized scheduler with probabilistic
// guarantees of finding bugs", ASPLOS 2010. Ours differs in one rule: a task that is about to wait
// busily falls behind too, so that a spin-wait ends.
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
  size_t Highest(const Question& question);

  const uint64_t seed_;
  Prng prng_;
  std::vector<uint64_t> change_points_;                // numbers of questions, descending
  absl::flat_hash_map<uint64_t, int64_t> priorities_;  // of tasks
  Patience patience_;
  int64_t lowest_ = 0;  // given so far
};

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_PCT_H_
