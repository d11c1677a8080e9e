// explore/wrapped.h
//
// A strategy around another, to watch or to change its answers.
#ifndef DRYDOCK_EXPLORE_WRAPPED_H_
#define DRYDOCK_EXPLORE_WRAPPED_H_

#include <string>

#include "scheduler/strategy.h"

namespace drydock {

// Forwards every question to the strategy inside, which must outlive it.
class WrappedStrategy : public Strategy {
 public:
  explicit WrappedStrategy(Strategy* inside) : inside_(*inside) {}

  size_t Choose(const Question& question) override { return inside_.Choose(question); }
  bool FollowsTime() const override { return inside_.FollowsTime(); }
  TimelessStrategy* timeless() override { return inside_.timeless(); }
  bool Finish(uint64_t questions) override { return inside_.Finish(questions); }
  uint64_t seed() const override { return inside_.seed(); }
  std::string refusal() const override { return inside_.refusal(); }

 private:
  Strategy& inside_;
};

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_WRAPPED_H_
