// verify/checkers.h
//
// The checkers that watch a run's events, chosen by the names of what they find.
#ifndef DRYDOCK_VERIFY_CHECKERS_H_
#define DRYDOCK_VERIFY_CHECKERS_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "trace/observer.h"
#include "verify/deadline_checker.h"
#include "verify/inversion_checker.h"
#include "verify/livelock_checker.h"
#include "verify/lock_order_checker.h"
#include "verify/race_checker.h"
#include "verify/teardown_checker.h"
#include "verify/wait_history.h"

namespace drydock {

// By what is found.
enum class Check : uint8_t {
  kDataRace,           // verify/race_checker.h
  kLockOrderCycle,     // verify/lock_order_checker.h
  kPriorityInversion,  // verify/inversion_checker.h
  kLivelock,           // verify/livelock_checker.h
  kMissedDeadline,     // verify/deadline_checker.h
  kTeardown,           // verify/teardown_checker.h: three findings, any of which names it
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
            Check::kLivelock, Check::kMissedDeadline, Check::kTeardown};
  }
  // What every run of a test or a scenario is watched for: it is a defect in any program, and costs
  // little to find. (Where code is hooked, explorations are watched for data races too.)
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

// Those with the names of findings in `list`: "lock-order-cycle,priority-inversion".
// InvalidArgument with one line, which says what there is, for another name.
absl::StatusOr<Checks> ParseChecks(absl::string_view list);

// They watch one run, for as long as this exists.
class Checkers {
 public:
  // `contracts` are those of the run's threads, for kMissedDeadline.
  explicit Checkers(const Checks& checks, std::vector<TimeContract> contracts = {});

  // Adds to what the run came to: findings that only its end shows, and what led to it for those
  // that sleep for ever. After the run.
  void Explain(Outcome* outcome) const;

 private:
  template <typename Checker>
  struct Watching {
    Checker checker;
    const trace::ScopedObserver observing{&checker, Checker::Kinds()};
  };

  std::optional<Watching<RaceChecker>> races_;
  std::optional<Watching<LockOrderChecker>> lock_orders_;
  std::optional<Watching<InversionChecker>> inversions_;
  std::optional<Watching<LivelockChecker>> livelocks_;
  std::optional<Watching<DeadlineChecker>> deadlines_;
  std::optional<Watching<TeardownChecker>> teardown_;
  std::optional<WaitHistory> waits_;
};

}  // namespace drydock

#endif  // DRYDOCK_VERIFY_CHECKERS_H_
