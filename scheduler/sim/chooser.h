// scheduler/sim/chooser.h
//
// What happens next: gathers the steps that could be taken, puts the question to the strategy, and
// keeps the answers as the run's schedule; it owns the Context, which follows the step chosen. A
// step that could only have one answer is taken without a question (the fast path).
#ifndef DRYDOCK_SCHEDULER_SIM_CHOOSER_H_
#define DRYDOCK_SCHEDULER_SIM_CHOOSER_H_

#include "absl/base/optimization.h"
#include "absl/container/inlined_vector.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/sim/context.h"
#include "scheduler/sim/deadline_queue.h"
#include "scheduler/sim/effects.h"
#include "scheduler/sim/ending.h"
#include "scheduler/sim/interrupt_lines.h"
#include "scheduler/sim/outside_events.h"
#include "scheduler/simulation.h"

namespace drydock::sim {

class Dispatcher;

class Chooser {
 public:
  // What the alternatives come from. All must outlive it, as must the strategy.
  struct Parts {
    Dispatcher& dispatcher;
    DeadlineQueue& deadlines;
    InterruptLines& lines;
    OutsideEvents& outside;
    Effects& effects;
    Ending& ending;
  };
  Chooser(const MachineOptions& options, Strategy* strategy, const Parts& parts);

  // Where the running code is: on the CPU chosen last, or in the outside world.
  Context& context() { return context_; }
  const Context& context() const { return context_; }

  // --- Choice points.

  // The running CPU comes to a choice point: whether it may pass without a question.
  bool PassesFast(const Cpu& cpu) {
    if (ABSL_PREDICT_FALSE(cpu.clock >= fast_until_)) return false;
    ++fast_steps_;
    return true;
  }
  // It comes to one that may not.
  void CountChoicePoint() { ++choice_points_; }
  // Adds the choice points that were passed fast to the schedule and to the count; the next one is
  // not passed fast.
  void Flush() {
    fast_until_ = 0;
    if (fast_steps_ > 0) {
      if (fast_alternatives_ >= 2) schedule_.Append(fast_alternatives_, 0, fast_steps_);
      choice_points_ += fast_steps_;
      fast_steps_ = 0;
    }
  }
  // Since boot, as of the last Flush.
  uint64_t choice_points() const { return choice_points_; }

  // --- Questions.

  // Ends the run as endless if it came to more choice points than it may, or was given up.
  void CheckLimit() {
    if (ABSL_PREDICT_FALSE(choice_points_ > max_questions_)) StopEndless();
  }
  // The step that comes next, good until the next call; null if nothing can happen any more or the
  // question has ended the run, which must not have ended before.
  const Alternative* Next();
  // What could happen next has changed, other than by a step of the running code.
  void Invalidate() {
    fast_until_ = 0;
    gathered_ = false;
  }
  // The CPU chosen last goes on: allows it to pass choice points fast as long as all questions
  // would be the same and have a known answer.
  void AllowFast();
  // Until when the running CPU goes on alone, whatever the strategy: until the next CPU, deadline
  // or end of a quantum.
  kernel::Time QuietUntil() const;

  // Ends the run as endless at the next choice. `why` outlives the run.
  void GiveUp(std::string why);

 private:
  static constexpr size_t kNone = ~size_t{0};

  // Collects what could happen next, in order.
  void Gather();
  // The same when nothing has but the last choice, a CPU's step; false if that is not enough.
  bool GatherStep();
  // Moves that step, which is later now, to its position among the alternatives.
  void MoveStep();
  // The strategy's answer, an index into alternatives_; kNone if that has ended the run.
  size_t Ask();
  // On a timeless machine: whether the CPU's next step could only wait.
  bool MustWait(const Cpu& cpu) const;
  void StopEndless();

  Strategy* const strategy_;
  const kernel::Time horizon_ns_;
  const uint64_t max_questions_;
  const bool follows_time_;
  const bool timeless_;
  const bool sees_every_step_;

  Context context_;
  // The running CPU may pass choice points without a question while its clock is below this.
  kernel::Time fast_until_ = 0;
  uint64_t fast_steps_ = 0;         // passed so since the last Flush
  uint32_t fast_alternatives_ = 1;  // that each of them would have had
  uint64_t choice_points_ = 0;      // so far, without the fast_steps_

  absl::InlinedVector<Alternative, 8> alternatives_;  // what could happen next
  size_t chosen_ = 0;                                 // the one that did
  bool gathered_ = false;                             // nothing else has changed since
  kernel::Time first_left_out_ = kernel::kNever;      // of the CPUs' steps, beyond the horizon

  Dispatcher& dispatcher_;
  DeadlineQueue& deadlines_;
  InterruptLines& lines_;
  OutsideEvents& outside_;
  Effects& effects_;
  Ending& ending_;
  Schedule& schedule_;    // the outcome's
  std::string given_up_;  // why; empty while the run goes on
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_CHOOSER_H_
