// explore/bounded_search.h
//
// Systematic search: first the schedule that does not deviate, then all that deviate once, then
// twice, up to a bound; within a number of deviations in an order drawn from the seed. Shards
// divide the first deviations, and all that follows from each.
//
// A deviation is a choice other than the default schedule's (explore/default_schedule.h). With
// delay bounding, passing over n tasks costs n delays (Emmi, Qadeer, Rakamaric: "Delay-bounded
// scheduling", POPL 2011). With preemption bounding, choosing another task costs one preemption
// while the last one could go on, and nothing when it cannot (Musuvathi, Qadeer: "Iterative context
// bounding for systematic testing of multithreaded programs", PLDI 2007).
#ifndef DRYDOCK_EXPLORE_BOUNDED_SEARCH_H_
#define DRYDOCK_EXPLORE_BOUNDED_SEARCH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "explore/default_schedule.h"
#include "explore/explorer.h"
#include "scheduler/prng.h"

namespace drydock {

class BoundedSearch final : public Explorer {
 public:
  enum class Bound { kDelays, kPreemptions };

  // Schedules with at most `most` of what is bounded.
  BoundedSearch(Bound bound, int most, uint64_t seed, Shard shard);

  Strategy* Next() override;
  bool IsAnothers() const override { return follower_.IsRoot() && shard_.index != 0; }
  std::string Describe() const override;
  std::string Exhausted() const override;

 private:
  // A schedule to be run: that of its parent up to `question`, there `answer`, and no deviation
  // from there on.
  struct Node {
    uint32_t parent;
    uint32_t question;
    uint32_t answer;
  };

  class Follower final : public Strategy {
   public:
    explicit Follower(BoundedSearch* search) : search_(*search) {}
    void Start(uint32_t node);
    size_t Choose(const Question& question) override;
    bool IsRoot() const { return node_ == kRoot; }

   private:
    BoundedSearch& search_;
    uint32_t node_ = 0;
    std::vector<Node> deviations_;  // still to come, last first
    DefaultSchedule default_schedule_;
  };

  static constexpr uint32_t kRoot = 0;  // the node that does not deviate

  // Nodes beyond this many are dropped; it is not exhaustive then.
  static constexpr size_t kMostNodes = size_t{1} << 22;

  void Add(int cost, const Node& node);

  const Bound bound_;
  const int most_;
  const Shard shard_;
  uint64_t first_deviations_ = 0;  // seen so far, this shard's or not
  Prng prng_;
  std::vector<Node> nodes_;
  std::vector<std::vector<uint32_t>> to_run_;  // nodes, by their cost
  int cost_ = 0;                               // of the run in progress
  bool dropped_ = false;
  Follower follower_{this};
};

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_BOUNDED_SEARCH_H_
