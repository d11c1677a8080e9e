// Every scenario under scenarios/ holds under every strategy, and gives the same run every time.
#include <malloc.h>

#include <memory>

#include "explore/random_walk.h"
#include "explore/replay.h"
#include "gtest/gtest.h"
#include "scenario/reader.h"
#include "tests/scenario/fixtures.h"

namespace drydock {
namespace {

class ShippedScenario : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    absl::StatusOr<Scenario> scenario = ReadScenario(GetParam(), GetParam(), LinkedDrivers());
    ASSERT_TRUE(scenario.ok()) << scenario.status().message();
    scenario_ = *std::move(scenario);
  }

  // The number of schedules to try. Few for scenarios that compute for half a second: each of their
  // runs asks a hundred thousand questions.
  uint64_t Schedules() const { return scenario_.interrupts.empty() ? 200 : 4; }

  Scenario scenario_;
};

TEST_P(ShippedScenario, HoldsAtFullSpeedWithEverythingJudged) {
  TimedStrategy strategy;
  const ScenarioResult result = RunScenario(scenario_, &strategy);
  EXPECT_EQ(Failures(result), "held");
  EXPECT_FALSE(result.verdicts.empty());
  for (const Verdict& verdict : result.verdicts) {
    EXPECT_EQ(verdict.kind, Verdict::Kind::kHeld) << verdict.text;
  }
}

TEST_P(ShippedScenario, HoldsUnderRandomSchedules) {
  for (uint64_t seed = 1; seed <= Schedules(); ++seed) {
    RandomWalk strategy(seed);
    const ScenarioResult result = RunScenario(scenario_, &strategy, {}, verify::RunKind::kCounted);
    ASSERT_EQ(Failures(result), "held")
        << "seed " << seed << ", schedule " << result.outcome.schedule.ToString();
  }
}

TEST_P(ShippedScenario, PrintedSchedulesReplayEventForEvent) {
  for (uint64_t seed = 1; seed <= Schedules() / 4; ++seed) {
    RandomWalk strategy(seed);
    const WatchedRun run = RunWatched(scenario_, &strategy);
    const absl::StatusOr<Schedule> schedule =
        Schedule::Parse(run.result.outcome.schedule.ToString());
    ASSERT_TRUE(schedule.ok()) << schedule.status().message();
    Replay replay(*schedule);
    EXPECT_EQ(RunWatched(scenario_, &replay).digest, run.digest) << "seed " << seed;
  }
}

TEST_P(ShippedScenario, RunsTheSameUnwatched) {
  for (uint64_t seed = 1; seed <= Schedules() / 4; ++seed) {
    RandomWalk watched(seed);
    RandomWalk unwatched(seed);
    EXPECT_TRUE(RunWatched(scenario_, &watched).result.outcome.schedule ==
                RunScenario(scenario_, &unwatched, {}, verify::RunKind::kCounted).outcome.schedule)
        << "seed " << seed;
  }
}

TEST_P(ShippedScenario, SeedsDiffer) {
  TimedStrategy timed;
  const uint64_t at_full_speed = RunWatched(scenario_, &timed).digest;
  int others = 0;
  for (uint64_t seed = 1; seed <= Schedules() / 4; ++seed) {
    RandomWalk strategy(seed);
    if (RunWatched(scenario_, &strategy).digest != at_full_speed) ++others;
  }
  EXPECT_GE(others, static_cast<int>(Schedules() / 8));
}

// The memory of the process does not grow with the number of runs. (Under AddressSanitizer the
// figures are 0; its own leak check takes their place.)
TEST_P(ShippedScenario, MemoryIsFlat) {
  const auto run = [this](uint64_t first, uint64_t last) {
    for (uint64_t seed = first; seed <= last; ++seed) {
      RandomWalk strategy(seed);
      RunScenario(scenario_, &strategy, {}, verify::RunKind::kCounted);
    }
    return static_cast<int64_t>(mallinfo2().uordblks);
  };
  const uint64_t runs = Schedules();
  const int64_t before = run(1, runs);
  const int64_t after = run(runs + 1, 5 * runs);
  EXPECT_LT(after - before, 64 * 1024);
}

INSTANTIATE_TEST_SUITE_P(All, ShippedScenario, ::testing::ValuesIn(ShippedScenarios()),
                         [](const ::testing::TestParamInfo<std::string>& info) {
                           std::string name = info.param.substr(info.param.rfind('/') + 1);
                           name = name.substr(0, name.find('.'));
                           std::erase(name, '_');
                           return name;
                         });

}  // namespace
}  // namespace drydock
