// The names of checks.
#include "verify/checks.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace drydock::verify {
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
    {Check::kLifetimes, "use-after-free"},
    {Check::kLifetimes, "over-release"},
    {Check::kLifetimes, "write-after-free"},
    {Check::kLifetimes, "double-free"},
    {Check::kLifetimes, "leak"},
    {Check::kLifetimes, "free-without-super"},
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

std::vector<std::string> NamesOf(const Checks& checks) {
  std::vector<std::string> names;
  Checks named;
  for (const Named& one : kAll) {
    if (!checks.Has(one.check) || named.Has(one.check)) continue;
    names.emplace_back(one.finding);
    named.Add(one.check);
  }
  return names;
}

}  // namespace drydock::verify
