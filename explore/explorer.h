// explore/explorer.h
//
// A way to search the schedules of a program: hands out the strategy of one run after another, and
// may learn from each.
#ifndef DRYDOCK_EXPLORE_EXPLORER_H_
#define DRYDOCK_EXPLORE_EXPLORER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scheduler/schedule.h"
#include "scheduler/strategy.h"
#include "trace/digest.h"

namespace drydock {

// A part of a search that several share without overlap: 0 <= index < count. Together they make the
// runs that one alone would make.
struct Shard {
  uint64_t index = 0;
  uint64_t count = 1;
};

class Explorer {
 public:
  virtual ~Explorer() = default;

  // The strategy of the next run, the explorer's own and good until the next call; null if there is
  // nothing left to try.
  virtual Strategy* Next() = 0;

  // Whether the run of the strategy handed out last is another shard's, made here only to learn
  // from it.
  virtual bool IsAnothers() const { return false; }

  // That run has been made, and asked what `schedule` answers.
  virtual void Finished(const Schedule& schedule) { (void)schedule; }

  // The strategy handed out last, as reports name it: "PCT, depth 3, seed 7".
  virtual std::string Describe() const = 0;

  // What it means that Next has returned null: "every schedule with at most 2 delays was run".
  virtual std::string Exhausted() const { return ""; }
};

// A search that MakeExplorer knows, as commands name and explain it.
struct ExplorerKind {
  const char* spec;     // "pct[:DEPTH]"
  const char* summary;  // what it does, in one line
};
std::vector<ExplorerKind> ExplorerKinds();

// Their specs in one line, for messages.
std::string ExplorerSpecs();

// The explorer that `spec` names, one of ExplorerKinds(). Every seed searches differently and
// always the same. InvalidArgument with one line for another spec.
absl::StatusOr<std::unique_ptr<Explorer>> MakeExplorer(absl::string_view spec, uint64_t seed,
                                                       Shard shard = Shard());

// The runs that a shard of a sampling makes: number index, index + count, …. One that learns from
// run 0 makes that first, also if it is another shard's.
class SampledRuns {
 public:
  SampledRuns(uint64_t seed, Shard shard, bool learns = false)
      : seed_(seed), shard_(shard), next_(learns ? 0 : shard.index) {}

  // The seed of the next run: of its own, so that searches of neighbouring seeds have none in
  // common.
  uint64_t NextSeed() {
    current_ = next_;
    next_ = IsAnothers() ? shard_.index : current_ + shard_.count;
    return trace::Mix(seed_, current_);
  }
  bool IsAnothers() const { return current_ == 0 && shard_.index != 0; }
  // "seed 7, run 12".
  std::string Describe() const;

 private:
  const uint64_t seed_;
  const Shard shard_;
  uint64_t next_;
  uint64_t current_ = 0;
};

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_EXPLORER_H_
