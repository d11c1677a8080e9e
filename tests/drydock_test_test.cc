// DRYDOCK_TEST itself: what it says of a body that fails under some schedules only.
#include "tests/drydock_test.h"

#include <string>
#include <vector>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/thread.h"

ABSL_DECLARE_FLAG(uint64_t, drydock_schedules);
ABSL_DECLARE_FLAG(std::string, drydock_strategy);
ABSL_DECLARE_FLAG(std::string, drydock_checks);
ABSL_DECLARE_FLAG(std::string, drydock_replay);

namespace drydock::testing {
namespace {

// Two threads add without a lock; an update may be lost.
void LosesUpdates() {
  int counter = 0;
  const auto add = [&counter] {
    for (int i = 0; i < 5; ++i) {
      kernel::ChoicePoint(kernel::OperationKind::kRead, 0);
      const int seen = counter;
      kernel::ChoicePoint(kernel::OperationKind::kWrite, 0);
      counter = seen + 1;
    }
  };
  kernel::Thread* one = kernel::ThreadStart({.name = "one"}, add);
  kernel::Thread* two = kernel::ThreadStart({.name = "two"}, add);
  kernel::ThreadJoin(one);
  kernel::ThreadJoin(two);
  EXPECT_EQ(counter, 10);
}

// What GoogleTest would be told of `body`, run with these flags.
std::vector<std::string> Failures(const std::string& strategy, uint64_t schedules,
                                  const std::function<void()>& body,
                                  const std::string& replay = "") {
  absl::SetFlag(&FLAGS_drydock_strategy, strategy);
  absl::SetFlag(&FLAGS_drydock_schedules, schedules);
  absl::SetFlag(&FLAGS_drydock_replay, replay);
  ::testing::TestPartResultArray parts;
  {
    const ::testing::ScopedFakeTestPartResultReporter reporter(&parts);
    RunUnderSchedules("Some.Test", MachineOptions(), body);
  }
  absl::SetFlag(&FLAGS_drydock_replay, "");
  std::vector<std::string> failures;
  for (int i = 0; i < parts.size(); ++i) {
    if (parts.GetTestPartResult(i).failed()) {
      failures.push_back(parts.GetTestPartResult(i).message());
    }
  }
  return failures;
}

class DrydockTest : public ::testing::TestWithParam<const char*> {};

TEST_P(DrydockTest, FailingScheduleIsToldOnceSmallAndReplays) {
  const std::vector<std::string> failures = Failures(GetParam(), 1000, &LosesUpdates);
  ASSERT_EQ(failures.size(), 2u);
  EXPECT_TRUE(absl::StrContains(failures[0], "counter")) << failures[0];
  EXPECT_TRUE(absl::StrContains(failures[1], " forced switches, schedule")) << failures[1];
  EXPECT_TRUE(absl::StrContains(failures[1], "what it takes:\n  1. at ")) << failures[1];
  EXPECT_TRUE(absl::StrContains(failures[1], " us held up: thread ")) << failures[1];
  EXPECT_TRUE(absl::StrContains(failures[1], "\n     goes on: thread ")) << failures[1];
  const std::string flag = "--gtest_filter=Some.Test --drydock_replay=";
  const size_t at = failures[1].find(flag);
  ASSERT_NE(at, std::string::npos) << failures[1];
  const std::string schedule = failures[1].substr(at + flag.size());

  const std::vector<std::string> replayed = Failures("all", 1, &LosesUpdates, schedule);
  ASSERT_EQ(replayed.size(), 2u);
  EXPECT_EQ(replayed[0], failures[0]);
}

INSTANTIATE_TEST_SUITE_P(Strategies, DrydockTest,
                         ::testing::Values("all", "random", "pct", "pos", "surw", "delay",
                                           "preemption", "portfolio"));

TEST(DrydockTest, BodyThatHoldsSaysNothing) {
  for (const char* strategy : {"all", "timed", "pct:2", "portfolio"}) {
    EXPECT_TRUE(Failures(strategy, 20, [] { EXPECT_TRUE(true); }).empty());
  }
}

TEST(DrydockTest, FindingsFailUnlessAllowed) {
  const std::vector<std::string> failures =
      Failures("timed", 1, [] { kernel::Misuse("test-rule", "was broken"); });
  ASSERT_EQ(failures.size(), 2u);
  EXPECT_TRUE(absl::StrContains(failures[0], "test-rule at ")) << failures[0];
  EXPECT_TRUE(absl::StrContains(failures[0], " ns on thread main: was broken\n")) << failures[0];
  EXPECT_TRUE(Failures("timed", 1, [] {
                AllowFinding("test-rule");
                kernel::Misuse("test-rule", "was broken");
              }).empty());
}

// They take them one after the other and never meet.
TEST(DrydockTest, OrdersOfLocksThatCanDeadlockAreFound) {
  const std::vector<std::string> failures = Failures("timed", 1, [] {
    kernel::Mutex* a = kernel::MutexAlloc("a");
    kernel::Mutex* b = kernel::MutexAlloc("b");
    for (const auto& [first, second] : {std::pair(a, b), std::pair(b, a)}) {
      // clang 14 does not capture structured bindings.
      kernel::ThreadJoin(
          kernel::ThreadStart({.name = "one of them"}, [first = first, second = second] {
            kernel::MutexLock(first);
            kernel::MutexLock(second);
            kernel::MutexUnlock(second);
            kernel::MutexUnlock(first);
          }));
    }
    kernel::MutexFree(a);
    kernel::MutexFree(b);
  });
  ASSERT_EQ(failures.size(), 2u);
  EXPECT_TRUE(absl::StrContains(failures[0], "lock-order-cycle at ")) << failures[0];
}

// Two threads, one lock: either may be first.
void TakeTurns() {
  kernel::Mutex* lock = kernel::MutexAlloc("lock");
  const auto take = [lock] {
    kernel::MutexLock(lock);
    kernel::MutexUnlock(lock);
  };
  kernel::Thread* one = kernel::ThreadStart({.name = "one"}, take);
  kernel::Thread* two = kernel::ThreadStart({.name = "two"}, take);
  kernel::ThreadJoin(one);
  kernel::ThreadJoin(two);
  kernel::MutexFree(lock);
}

TEST(DrydockTest, WhatWasProvedIsSaid) {
  const auto said = [](const std::string& strategy, uint64_t schedules) {
    ::testing::internal::CaptureStdout();
    EXPECT_TRUE(Failures(strategy, schedules, &TakeTurns).empty());
    return ::testing::internal::GetCapturedStdout();
  };
  const std::string proof =
      "Some.Test: nothing is left to try: all 2 classes of schedules were run, and all of them "
      "hold\n";
  EXPECT_EQ(said("dpor", 1000), proof);
  EXPECT_EQ(said("dpor", 2), proof);
  EXPECT_EQ(said("dpor", 1), "");
  EXPECT_EQ(said("all", 20), "");
}

TEST(DrydockTest, UnknownCheckIsRefused) {
  absl::SetFlag(&FLAGS_drydock_checks, "inversions");
  const std::vector<std::string> failures = Failures("timed", 1, [] {});
  absl::SetFlag(&FLAGS_drydock_checks, "");
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_TRUE(absl::StrContains(failures[0], "unknown check \"inversions\"")) << failures[0];
}

TEST(DrydockTest, UnknownStrategyIsRefused) {
  const std::vector<std::string> failures = Failures("dfs", 1, [] {});
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_TRUE(absl::StrContains(failures[0], "unknown strategy \"dfs\"")) << failures[0];
}

}  // namespace
}  // namespace drydock::testing
