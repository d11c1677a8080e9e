// explore/replay.h
//
// Replays a recorded schedule: gives its answers again, and refuses a run that asks other
// questions.
#ifndef DRYDOCK_EXPLORE_REPLAY_H_
#define DRYDOCK_EXPLORE_REPLAY_H_

#include <string>

#include "scheduler/schedule.h"
#include "scheduler/strategy.h"

namespace drydock {

class Replay final : public Strategy, private TimelessStrategy {
 public:
  // The schedule must outlive this.
  explicit Replay(const Schedule& schedule) : schedule_(schedule) {}

  // Refuses a question that the schedule does not have, or has with another number of alternatives;
  // the refusal names the question and both views of it.
  size_t Choose(const Question& question) override;
  // False if the schedule has answers left.
  bool Finish(uint64_t questions) override;
  uint64_t seed() const override { return schedule_.seed(); }
  TimelessStrategy* timeless() override { return schedule_.timeless() ? this : nullptr; }
  std::string refusal() const override { return refusal_; }

 private:
  const Schedule& schedule_;
  size_t repeat_ = 0;   // index into schedule_.repeats()
  uint64_t given_ = 0;  // answers of it given already
  std::string refusal_;
};

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_REPLAY_H_
