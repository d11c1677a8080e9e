// explore/random_walk.h
//
// The seeded random walk: every alternative is as likely as any other, at every question.
//
// The baseline of the field (e.g. Thomson, Donaldson, Betts: "Concurrency testing using controlled
// schedulers", TOPC 2016): no memory, no bias, and fair with probability 1.
#ifndef DRYDOCK_EXPLORE_RANDOM_WALK_H_
#define DRYDOCK_EXPLORE_RANDOM_WALK_H_

#include <cstdint>

#include "scheduler/prng.h"
#include "scheduler/strategy.h"

namespace drydock {

class RandomWalk final : public Strategy {
 public:
  explicit RandomWalk(uint64_t seed) : seed_(seed), prng_(seed, "random walk") {}

  size_t Choose(const Question& question) override {
    return static_cast<size_t>(prng_.Below(question.alternatives.size()));
  }

  uint64_t seed() const override { return seed_; }

 private:
  const uint64_t seed_;
  Prng prng_;
};

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_RANDOM_WALK_H_
