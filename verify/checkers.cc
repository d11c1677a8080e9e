#include "verify/checkers.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace drydock {
namespace {

struct Named {
  Check check;
  const char* finding;
};
constexpr Named kAll[] = {
    {Check::kDataRace, "data-race"},
    {Check::kLockOrderCycle, "lock-order-cycle"},
    {Check::kPriorityInversion, "priority-inversion"},
    {Check::kLivelock, "livelock"},
    {Check::kMissedDeadline, "missed-deadline"},
    {Check::kTeardown, "detached-without-stop"},
    {Check::kTeardown, "termination-never-completes"},
    {Check::kTeardown, "client-not-woken"},
};

}  // namespace

absl::StatusOr<Checks> ParseChecks(absl::string_view list) {
  Checks checks;
  for (const absl::string_view word : absl::StrSplit(list, ',', absl::SkipEmpty())) {
    bool known = false;
    std::string allowed;
    for (const Named& named : kAll) {
      absl::StrAppend(&allowed, allowed.empty() ? "" : ", ", named.finding);
      if (word != named.finding) continue;
      known = true;
      checks.Add(named.check);
    }
    if (!known) {
      return absl::InvalidArgumentError(
          absl::StrCat("unknown check \"", word, "\"; there are ", allowed));
    }
  }
  return checks;
}

Checkers::Checkers(const Checks& checks, std::vector<TimeContract> contracts) {
  if (checks.Has(Check::kDataRace)) races_.emplace();
  if (checks.Has(Check::kLockOrderCycle)) lock_orders_.emplace();
  if (checks.Has(Check::kPriorityInversion)) inversions_.emplace();
  if (checks.Has(Check::kLivelock)) livelocks_.emplace();
  if (checks.Has(Check::kMissedDeadline)) {
    deadlines_.emplace();
    deadlines_->checker.set_contracts(std::move(contracts));
  }
  if (checks.Has(Check::kTeardown)) teardown_.emplace();
  if (!checks.empty()) waits_.emplace();
}

void Checkers::Explain(Outcome* outcome) const {
  if (waits_.has_value()) waits_->Explain(outcome);
  if (deadlines_.has_value()) deadlines_->checker.Explain(outcome);
  if (teardown_.has_value()) teardown_->checker.Explain(outcome);
}

}  // namespace drydock
