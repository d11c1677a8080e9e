// explore/pos.h
//
// Partial-order sampling: every pending step has a random score and the highest goes first; a step
// that conflicts with the one taken gets a new score, so that the orders of conflicting steps, not
// of all steps, are what is drawn evenly.
//
// Yuan, Yang, Gu: "Partial order aware concurrency sampling", CAV 2018. Ours differs in one rule:
// when time passes, or a task waits busily, all pending steps get new scores. Of two that both have
// one the lower stays, so that after a while a task that others poll for would never go.
#ifndef DRYDOCK_EXPLORE_POS_H_
#define DRYDOCK_EXPLORE_POS_H_

#include <cstdint>

#include "explore/task.h"
#include "scheduler/prng.h"
#include "scheduler/strategy.h"

namespace drydock {

class Pos final : public Strategy {
 public:
  explicit Pos(uint64_t seed) : seed_(seed), prng_(seed, "pos") {}

  size_t Choose(const Question& question) override;
  uint64_t seed() const override { return seed_; }

 private:
  const uint64_t seed_;
  Prng prng_;
  TaskNumbers scores_;  // of the pending step of a task; 0 = none yet
  StarvationGuard starvation_guard_;
};

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_POS_H_
