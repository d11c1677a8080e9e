// explore/replay.h
//
// Gives the answers of a recorded schedule again, and refuses a run that asks other questions: it
// never mostly replays.
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
  size_t run_ = 0;       // of schedule_.runs()
  uint64_t in_run_ = 0;  // answers of it already given
  std::string refusal_;
};

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_REPLAY_H_
