// The count of distinct schedules, exact and estimated.
#include "explore/distinct.h"

#include "gtest/gtest.h"
#include "trace/digest.h"

namespace drydock {
namespace {

// `count` different digests, each twice.
uint64_t CountOf(uint64_t count) {
  DistinctCount distinct;
  for (int time = 0; time < 2; ++time) {
    for (uint64_t i = 0; i < count; ++i) distinct.Add(trace::Mix(7, i));
  }
  return distinct.count();
}

TEST(Distinct, IsExactWhileThereAreNotTooMany) {
  EXPECT_EQ(CountOf(0), 0u);
  EXPECT_EQ(CountOf(1), 1u);
  EXPECT_EQ(CountOf(DistinctCount::kExact), DistinctCount::kExact);
}

TEST(Distinct, IsNearlyRightBeyond) {
  for (const uint64_t count : {150'000u, 1'000'000u}) {
    EXPECT_NEAR(static_cast<double>(CountOf(count)), static_cast<double>(count), 0.02 * count);
  }
}

}  // namespace
}  // namespace drydock
