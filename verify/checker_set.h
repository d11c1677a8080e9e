// verify/checker_set.h
//
// The checkers for a set of checks. The owner shows them events and takes their findings: a live
// run (verify/watch.h) or a recorded one (verify/judge.h).
#ifndef DRYDOCK_VERIFY_CHECKER_SET_H_
#define DRYDOCK_VERIFY_CHECKER_SET_H_

#include <memory>
#include <vector>

#include "verify/checker.h"
#include "verify/checks.h"
#include "verify/deadline_checker.h"

namespace drydock::verify {

class CheckerSet {
 public:
  // All checkers report to `sink`, which outlives the set. `contracts` are those of the run's
  // threads, for Check::kMissedDeadline.
  CheckerSet(const Checks& checks, std::vector<TimeContract> contracts, FindingSink* sink);

  // In the order in which they are shown an event.
  const std::vector<std::unique_ptr<Checker>>& checkers() const { return checkers_; }

  // The run is over: Checker::Finish of each, in that order.
  void Finish(RunEnd* end);

 private:
  std::vector<std::unique_ptr<Checker>> checkers_;
};

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_CHECKER_SET_H_
