// explore/uniform_walk.h
//
// Walks that draw interleavings, not steps, evenly: a task with many steps ahead of it is chosen as
// much more often. How many steps a task has is learned from the first run.
//
// URW weighs all steps; SURW only those that touch one object, drawn anew for each run: it decides
// in advance which task's step on that object comes next, holds the others' back, and walks at
// random otherwise.
//
// Zhao, Wolff, Mathur, Roychoudhury: "Selectively uniform concurrency testing", ASPLOS 2025.
#ifndef DRYDOCK_EXPLORE_UNIFORM_WALK_H_
#define DRYDOCK_EXPLORE_UNIFORM_WALK_H_

#include <cstdint>

#include "absl/container/btree_map.h"
#include "absl/container/inlined_vector.h"
#include "explore/explorer.h"
#include "explore/task.h"
#include "scheduler/prng.h"

namespace drydock {

// How many steps of each task on each object a run took, where there was a choice. Ordered, so that
// drawing from it does not depend on hashes.
using StepCounts = absl::btree_map<kernel::ObjectId, absl::btree_map<uint64_t, uint64_t>>;

class UniformWalk final : public Strategy {
 public:
  // `expected` is what an earlier run took, or empty, and this run is to learn it.
  UniformWalk(uint64_t seed, bool selective, const StepCounts& expected);

  size_t Choose(const Question& question) override;
  uint64_t seed() const override { return seed_; }

  StepCounts TakeCounts() { return std::move(taken_); }

 private:
  bool Interesting(const Alternative& alternative) const {
    return !selective_ || (object_ != 0 && alternative.operation.object == object_);
  }
  // An index among `question`'s alternatives, each as likely as its task has steps left.
  size_t DrawByRemaining(const Question& question);
  // The same, each as likely as any other but that interesting steps wait for the next one's.
  size_t DrawAround(const Question& question);

  const uint64_t seed_;
  const bool selective_;
  const bool learns_;  // TakeCounts will be asked for
  Prng prng_;
  kernel::ObjectId object_ = 0;             // steps on it are interesting, if selective
  TaskNumbers remaining_;                   // interesting steps of each task, that are expected
  absl::InlinedVector<uint64_t, 8> up_to_;  // each alternative, what they weigh
  uint64_t next_ = 0;                       // the task whose interesting step comes next
  bool has_next_ = false;
  int held_back_ = 0;  // questions for which others' interesting steps waited for that
  StepCounts taken_;
};

class UniformWalks final : public Explorer {
 public:
  UniformWalks(uint64_t seed, Shard shard, bool selective)
      : selective_(selective), runs_(seed, shard, /*learns=*/true) {}

  Strategy* Next() override;
  bool IsAnothers() const override { return runs_.IsAnothers(); }
  // Every later run learns from the first, so that shards draw what one search would.
  void Finished(const Schedule&) override {
    if (expected_.empty()) expected_ = walk_->TakeCounts();
  }
  std::string Describe() const override;

 private:
  const bool selective_;
  SampledRuns runs_;
  StepCounts expected_;
  std::unique_ptr<UniformWalk> walk_;
};

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_UNIFORM_WALK_H_
