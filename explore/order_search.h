// explore/order_search.h
//
// Search of all orders in which the steps of a program can be taken, on a machine without time
// (TimelessStrategy). It ends, and then what held in every run holds in all there can be.
//
// Without reduction every order is run. With it, one of each class: orders differ in nothing that
// can be seen if they differ only in the order of steps that do not conflict (explore/
// happens_before.h). From the races of each run follows which other steps to try first where the
// races were decided: enough that every class begins with one of them (source sets); sleep sets
// make sure that no class is run twice to its end. A step that must wait for a lock, an event or
// the end of a thread cannot be taken; where two take one lock, the race is between the takings.
//
// Abdulla, Aronis, Jonsson, Sagonas: "Optimal dynamic partial order reduction", POPL 2014, whose
// Source-DPOR this is, with locks as in their "Source sets: a foundation for optimal dynamic
// partial order reduction", JACM 64(4), 2017. Godefroid: "Partial-order methods for the
// verification of concurrent systems", 1996, on sleep sets.
//
// What it knows of a step is what the step announces. Programs that do not end in all orders are
// searched within bounds, and Exhausted says so: a task that polls (HappensBefore::Polls) is held
// back until another task changes what it reads, or no other task can go on; and what comes after
// kMostSteps steps is not varied.
#ifndef DRYDOCK_EXPLORE_ORDER_SEARCH_H_
#define DRYDOCK_EXPLORE_ORDER_SEARCH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "explore/explorer.h"
#include "explore/happens_before.h"

namespace drydock {

class OrderSearch final : public Explorer {
 public:
  enum class Reduction { kNone, kClasses };

  // Shards divide what follows from the first few choices, of which each tries all.
  explicit OrderSearch(Reduction reduction, Shard shard = Shard())
      : reduction_(reduction), shard_(shard) {}

  Strategy* Next() override;
  bool IsAnothers() const override { return anothers_; }
  std::string Describe() const override;
  std::string Exhausted() const override;

  // Runs so far that were the first of their class; those that were not, and those that could not
  // be known not to be before they had begun.
  uint64_t classes() const { return classes_; }
  uint64_t redundant() const { return redundant_; }
  // The class of the last run (HappensBefore::trace).
  uint64_t trace() const { return order_.trace(); }

 private:
  static constexpr uint32_t kMostSteps = 10'000;
  static constexpr uint32_t kSharedChoices = 5;  // that all shards try

  // A step that could come next.
  struct Option {
    uint32_t task;
    uint32_t cause;  // the step that made it possible, or HappensBefore::kNone
    kernel::Operation operation;
    bool enabled;         // it would not just wait
    bool held = false;    // it polls
    bool wanted = false;  // a class begins with it (backtrack, in the paper)
    bool sleeps = false;  // all classes that begin with it have been run
    // What it did beyond its operation when it was taken here, if it has been.
    uint32_t extras = 0;
    uint32_t extras_end = 0;
  };
  // A step of the run, and the options among which it was chosen.
  struct ExecutionStep {
    uint32_t options;  // the first of them
    uint32_t options_end;
    uint32_t chosen;
    uint32_t tasks;    // known so far
    uint32_t extras;   // how many there are, up to those of its options
    uint32_t choices;  // before it: how many steps had more than one option
    uint64_t path;     // what they were, if all shards try them
  };

  class Follower final : public Strategy, private TimelessStrategy {
   public:
    explicit Follower(OrderSearch* search) : search_(*search) {}
    size_t Choose(const Question& question) override { return search_.Choose(question); }
    bool Finish(uint64_t) override { return search_.Finish(); }
    TimelessStrategy* timeless() override { return this; }
    std::string refusal() const override { return search_.refusal_; }

   private:
    bool sees_every_step() const override { return true; }
    void NoteEffect(const kernel::Operation& operation) override { search_.NoteEffect(operation); }

    OrderSearch& search_;
  };

  size_t Choose(const Question& question);
  void NoteEffect(const kernel::Operation& operation);
  bool Finish();

  // A step begins, is over; what could come next is this.
  void Open(const Option& option);
  void CloseStep();
  void Arrive(const Question& question);
  // The option to choose at a step: any, or one that is wanted. Or kNone.
  uint32_t Pick(const ExecutionStep& place, bool wanted) const;
  // Nothing more is to be learned from this run, which is about to take a step.
  void GoAdrift();
  size_t PickFairly(const Question& question);
  // A task's option at a step, or kNone.
  uint32_t Find(const ExecutionStep& place, uint32_t task) const;
  bool Independent(uint32_t step, const Option& option) const;
  // Sees to it that orders are run in which `task`, about to take its step `later`, does so before
  // the earlier step of the race.
  void Reverse(const HappensBefore::Race& race, uint32_t task, uint32_t later);
  // The same for tasks that, at a step, wait for a lock that they will never get.
  void ReverseLocks(const ExecutionStep& place);
  void WantDisabled(const ExecutionStep& before, const ExecutionStep& now);
  bool IsShared(const ExecutionStep& place) const {
    return shard_.count > 1 && place.choices < kSharedChoices;
  }
  // Where the run stands relative to the first choices, from the step before; and whether what
  // follows is this shard's.
  void FollowPath(const ExecutionStep& before, ExecutionStep* place) const;
  bool IsOurs(const ExecutionStep& place) const;
  void WantLeft(const ExecutionStep& last);

  const Reduction reduction_;
  const Shard shard_;
  HappensBefore order_;
  std::vector<ExecutionStep> steps_;
  std::vector<Option> options_;
  std::vector<kernel::Operation> extras_;
  std::vector<uint32_t> where_;  // each task's option at the latest step
  std::vector<uint32_t> first_;  // scratch of Reverse: each task's first step, or kNone
  uint32_t position_ = 0;        // how many steps this run has taken
  uint32_t given_ = 0;           // so many are as they were in the run before
  bool open_ = false;            // a step is in progress that was not
  bool adrift_ = false;          // nothing more can be learned from this run
  bool redundant_run_ = false;
  bool anothers_ = false;
  uint64_t fair_choices_ = 0;  // made while adrift

  uint64_t runs_ = 0;
  uint64_t classes_ = 0;
  uint64_t redundant_ = 0;
  uint64_t too_long_ = 0;  // runs
  bool held_back_ = false;
  absl::flat_hash_set<uint64_t> seen_;  // classes, without reduction
  std::string refusal_;
  Follower follower_{this};
};

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_ORDER_SEARCH_H_
