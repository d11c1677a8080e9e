// Sets of checks by the names of what they find.
#include "verify/checks.h"

#include "gtest/gtest.h"

namespace drydock::verify {
namespace {

TEST(Checks, AreNamedByWhatTheyFind) {
  const absl::StatusOr<Checks> none = ParseChecks("");
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none->Has(Check::kLockOrderCycle));

  const absl::StatusOr<Checks> two = ParseChecks("priority-inversion,data-race");
  ASSERT_TRUE(two.ok());
  EXPECT_TRUE(two->Has(Check::kPriorityInversion));
  EXPECT_TRUE(two->Has(Check::kDataRace));
  EXPECT_FALSE(two->Has(Check::kLockOrderCycle));
}

TEST(Checks, WhatThereIsIsSaidWhenSomethingElseIsAskedFor) {
  EXPECT_EQ(ParseChecks("data-race,races").status().message(),
            "unknown check \"races\"; there are data-race, lock-order-cycle, priority-inversion, "
            "livelock, missed-deadline, detached-without-stop, termination-never-completes, "
            "client-not-woken, use-after-free, over-release, write-after-free, double-free, leak, "
            "free-without-super");
}

TEST(Checks, SetsAdd) {
  Checks checks = {Check::kDataRace};
  checks.Add(Checks::Usual());
  EXPECT_TRUE(checks.Has(Check::kDataRace));
  EXPECT_TRUE(checks.Has(Check::kLockOrderCycle));
  EXPECT_FALSE(checks.Has(Check::kPriorityInversion));
}

}  // namespace
}  // namespace drydock::verify
