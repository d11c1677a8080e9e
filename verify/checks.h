// verify/checks.h
//
// What a run is checked for, by the names of findings.
#ifndef DRYDOCK_VERIFY_CHECKS_H_
#define DRYDOCK_VERIFY_CHECKS_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace drydock::verify {

// Named by what is found.
enum class Check : uint8_t {
  kDataRace,           // verify/race_checker.h
  kLockOrderCycle,     // verify/lock_order_checker.h
  kPriorityInversion,  // verify/inversion_checker.h
  kLivelock,           // verify/livelock_checker.h
  kMissedDeadline,     // verify/deadline_checker.h
  kTeardown,           // verify/teardown_checker.h: three findings
  kLifetimes,          // verify/lifetime_checker.h: six findings
};

// A set of them.
class Checks {
 public:
  constexpr Checks() = default;
  constexpr Checks(std::initializer_list<Check> checks) {
    for (const Check check : checks) Add(check);
  }
  static constexpr Checks All() {
    return {Check::kDataRace, Check::kLockOrderCycle, Check::kPriorityInversion,
            Check::kLivelock, Check::kMissedDeadline, Check::kTeardown,
            Check::kLifetimes};
  }
  // Defects in any program that cost little to look for.
  static constexpr Checks Usual() {
    return {Check::kLockOrderCycle, Check::kLivelock, Check::kTeardown};
  }

  constexpr void Add(Check check) { bits_ |= 1u << static_cast<unsigned>(check); }
  constexpr void Add(const Checks& checks) { bits_ |= checks.bits_; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool Has(Check check) const {
    return (bits_ & 1u << static_cast<unsigned>(check)) != 0;
  }

 private:
  uint32_t bits_ = 0;
};

// The checks for the findings named in `list`: "lock-order-cycle,priority-inversion".
// InvalidArgument for an unknown name, with one line that lists the known ones.
absl::StatusOr<Checks> ParseChecks(absl::string_view list);

// A finding of each of `checks`, by which ParseChecks knows it.
std::vector<std::string> NamesOf(const Checks& checks);

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_CHECKS_H_
