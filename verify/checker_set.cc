// Which checker answers which check.
#include "verify/checker_set.h"

#include <utility>

#include "verify/inversion_checker.h"
#include "verify/lifetime_checker.h"
#include "verify/livelock_checker.h"
#include "verify/lock_order_checker.h"
#include "verify/race_checker.h"
#include "verify/teardown_checker.h"
#include "verify/wait_history.h"

namespace drydock::verify {

CheckerSet::CheckerSet(const Checks& checks, std::vector<TimeContract> contracts,
                       FindingSink* sink) {
  const auto add = [this](bool wanted, auto make) {
    if (wanted) checkers_.push_back(make());
  };
  // First, since others copy what it says of blocked threads.
  add(!checks.empty(), [] { return std::make_unique<WaitHistory>(); });
  const bool lifetimes = checks.Has(Check::kLifetimes);
  add(lifetimes, [] { return std::make_unique<LifetimeChecker>(); });
  add(checks.Has(Check::kDataRace),
      [&] { return std::make_unique<RaceChecker>(/*memory_stacks=*/lifetimes); });
  add(checks.Has(Check::kLockOrderCycle), [] { return std::make_unique<LockOrderChecker>(); });
  add(checks.Has(Check::kPriorityInversion), [] { return std::make_unique<InversionChecker>(); });
  add(checks.Has(Check::kLivelock), [] { return std::make_unique<LivelockChecker>(); });
  add(checks.Has(Check::kMissedDeadline),
      [&] { return std::make_unique<DeadlineChecker>(std::move(contracts)); });
  add(checks.Has(Check::kTeardown), [] { return std::make_unique<TeardownChecker>(); });
  for (const std::unique_ptr<Checker>& checker : checkers_) checker->set_sink(sink);
}

void CheckerSet::Finish(RunEnd* end) {
  const size_t before = end->findings.size();
  for (const std::unique_ptr<Checker>& checker : checkers_) checker->Finish(end);
  for (size_t i = before; i < end->findings.size(); ++i) end->findings[i].by_checker = true;
}

}  // namespace drydock::verify
