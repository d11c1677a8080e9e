// scheduler/strategy.h
//
// A strategy chooses. Everything that can vary in a run is a question put to the run's strategy;
// its answers, in order, are the schedule. A strategy only answers: it sees no memory, runs no
// simulated code and changes nothing. It is called on the fiber that asks, between two steps.
//
// What a question means. Each alternative is a step that could be taken next: a CPU going on to its
// next choice point, a deadline passing, an interrupt being delivered, a device acting. They come
// ordered by virtual time, so alternative 0 is always what a machine would do whose CPUs all run at
// full speed. Choosing a later one delays everything before it: the CPUs that were behind lose time
// (as real ones do to caches, SMIs and hypervisors), but nothing happens early and time never runs
// backwards. Which thread has which CPU is not asked: priorities decide that.
#ifndef DRYDOCK_SCHEDULER_STRATEGY_H_
#define DRYDOCK_SCHEDULER_STRATEGY_H_

#include <cstddef>
#include <string>

#include "absl/types/span.h"
#include "scheduler/kernel/operation.h"
#include "scheduler/kernel/types.h"

namespace drydock {

// A step that could be taken next.
struct Alternative {
  static constexpr uint32_t kTimeoutOf = uint32_t{1} << 31;

  // In the order they have at one time: hardware does not wait for software.
  enum class Kind : uint8_t {
    kDeadline,   // a wait times out, a delayed thread call is due, a device acts
    kInterrupt,  // a pending line is delivered
    kCpu,        // a CPU goes on with the thread (or interrupt handler) it runs
  };

  Kind kind = Kind::kCpu;
  uint8_t cpu = 0;  // kCpu: which
  // On a timeless machine (TimelessStrategy): the step would find nothing to do but wait, for a
  // lock that is held, an event that has not happened, a thread that has not ended.
  bool waits = false;
  // kCpu: the thread, 0 in interrupt context. kInterrupt: the line. kDeadline: its number among all
  // that were ever set; or, on a timeless machine where a wait would time out, kTimeoutOf + the
  // thread.
  uint32_t actor = 0;
  kernel::Time time = 0;        // when it would happen at full speed
  kernel::Operation operation;  // what it is about to do
};

// "cpu 1: thread 7, lock 12 at 5.003 ms", for reports.
std::string DescribeAlternative(const Alternative& alternative);

struct Question {
  uint64_t number = 0;                         // of this run: 0, 1, 2 …
  absl::Span<const Alternative> alternatives;  // two or more, ordered by time, then kind, then id
};

class TimelessStrategy;

// Answers the questions of one run.
class Strategy {
 public:
  // Returned by Choose to stop the run: the schedule does not fit. refusal() then says why.
  static constexpr size_t kRefuse = ~size_t{0};

  virtual ~Strategy() = default;

  // An index into question.alternatives, or kRefuse.
  virtual size_t Choose(const Question& question) = 0;

  // True if Choose would return 0 whatever the question; the machine then takes alternative 0
  // without asking, and without gathering the alternatives while it stays on one CPU.
  virtual bool FollowsTime() const { return false; }

  // Called when the run is over after `questions` questions; false if the strategy expected more of
  // it, as a replay does. refusal() then says why.
  virtual bool Finish(uint64_t questions) {
    (void)questions;
    return true;
  }

  // What else is random in the run: the jitter of costs. The schedule remembers it where it
  // matters.
  virtual uint64_t seed() const { return 0; }

  // One line on why the run was refused.
  virtual std::string refusal() const { return ""; }

  // Not null if the run is to be on a timeless machine; it lives as long as the strategy. The
  // schedule records that the machine was timeless.
  virtual TimelessStrategy* timeless() { return nullptr; }
};

// What a strategy for a timeless machine adds. On such a machine the order of steps is all there is
// to decide, so orders can be enumerated: steps cost nothing, every thread that can run has a CPU,
// a deadline may pass as soon as it is set, and a thread that must wait comes to a choice point
// before it does. (docs/explore.md, "All orders")
class TimelessStrategy {
 public:
  // True if Choose is to be called also where there is one alternative, which is no part of the
  // schedule, and NoteEffect for all that a step does.
  virtual bool sees_every_step() const { return false; }

  // The step chosen last does this too, beyond the operation it announced.
  virtual void NoteEffect(const kernel::Operation& operation) { (void)operation; }

 protected:
  ~TimelessStrategy() = default;
};

// Alternative 0 always: the CPU with the smallest clock steps next. The default.
class TimedStrategy final : public Strategy {
 public:
  size_t Choose(const Question&) override { return 0; }
  bool FollowsTime() const override { return true; }
};

}  // namespace drydock

#endif  // DRYDOCK_SCHEDULER_STRATEGY_H_
