// explore/explorer.h
//
// A way to search the schedules of a program: hands out the strategy of one run after another, and
// may learn from each.
#ifndef DRYDOCK_EXPLORE_EXPLORER_H_
#define DRYDOCK_EXPLORE_EXPLORER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scheduler/schedule.h"
#include "scheduler/strategy.h"

namespace drydock {

class Explorer {
 public:
  virtual ~Explorer() = default;

  // The strategy of the next run, the explorer's own and good until the next call; null if there is
  // nothing left to try.
  virtual Strategy* Next() = 0;

  // That run has been made, and asked what `schedule` answers.
  virtual void Finished(const Schedule& schedule) { (void)schedule; }

  // The strategy handed out last, as reports name it: "PCT, depth 3, seed 7".
  virtual std::string Describe() const = 0;

  // What it means that Next has returned null: "every schedule with at most 2 delays was run".
  virtual std::string Exhausted() const { return ""; }
};

// What MakeExplorer takes, for messages.
extern const char kExplorerSpecs[];

// The explorer that `spec` names: random, pct[:DEPTH], pos, urw, surw, delay[:BOUND],
// preemption[:BOUND], dpor, exhaustive, or portfolio. Every seed searches differently and always
// the same. InvalidArgument with one line for another spec.
absl::StatusOr<std::unique_ptr<Explorer>> MakeExplorer(absl::string_view spec, uint64_t seed);

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_EXPLORER_H_
