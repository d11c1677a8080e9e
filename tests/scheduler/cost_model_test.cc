// Virtual costs and their jitter.
#include "scheduler/cost_model.h"

#include <vector>

#include "explore/random_walk.h"
#include "explore/replay.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/simulation.h"

namespace drydock {
namespace {

using kernel::OperationKind;
using kernel::Time;

constexpr Time kCost = 1000;

// How long each of 200 operations took that cost kCost each on average.
std::vector<Time> Costs(int jitter_percent, Strategy* strategy, Outcome* outcome = nullptr) {
  MachineOptions options;
  options.costs[OperationKind::kService] = kCost;
  options.costs.jitter_percent = jitter_percent;
  std::vector<Time> costs;
  Outcome result = Simulation(options, strategy).Run([&costs] {
    // A second thread, so that there are questions.
    kernel::Thread* other = kernel::ThreadStart({.name = "other"}, [] {
      for (int i = 0; i < 50; ++i) kernel::ChoicePoint(OperationKind::kService, 0);
    });
    for (int i = 0; i < 200; ++i) {
      const Time before = kernel::Now();
      kernel::ChoicePoint(OperationKind::kService, 0);
      costs.push_back(kernel::Now() - before);
    }
    kernel::ThreadJoin(other);
  });
  EXPECT_TRUE(result.ok()) << result.text;
  if (outcome != nullptr) *outcome = std::move(result);
  return costs;
}

TEST(CostModel, WithoutJitterEveryOperationCostsTheSame) {
  TimedStrategy timed;
  for (const Time cost : Costs(0, &timed)) EXPECT_EQ(cost, kCost);
}

// (At full speed: a strategy that prefers others makes it longer.)
TEST(CostModel, JitterStaysWithinItsPercentageAndIsUsed) {
  class Seeded : public Strategy {
   public:
    size_t Choose(const Question&) override { return 0; }
    uint64_t seed() const override { return 5; }
  } strategy;
  Time least = kCost;
  Time most = kCost;
  Time sum = 0;
  const std::vector<Time> costs = Costs(20, &strategy);
  for (const Time cost : costs) {
    EXPECT_GE(cost, kCost * 80 / 100);
    EXPECT_LE(cost, kCost * 120 / 100);
    least = std::min(least, cost);
    most = std::max(most, cost);
    sum += cost;
  }
  EXPECT_LT(least, kCost * 85 / 100);
  EXPECT_GT(most, kCost * 115 / 100);
  EXPECT_NEAR(static_cast<double>(sum) / static_cast<double>(costs.size()), kCost, kCost * 0.03);
}

TEST(CostModel, JitterIsTheSeeds) {
  RandomWalk one(7), same(7), other(8);
  const std::vector<Time> costs = Costs(20, &one);
  EXPECT_EQ(costs, Costs(20, &same));
  EXPECT_NE(costs, Costs(20, &other));
}

TEST(CostModel, ScheduleReplaysTheJitterToo) {
  RandomWalk walk(9);
  Outcome outcome;
  const std::vector<Time> costs = Costs(20, &walk, &outcome);
  const absl::StatusOr<Schedule> parsed = Schedule::Parse(outcome.schedule.ToString());
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->seed(), 9u);
  Replay replay(*parsed);
  Outcome again;
  EXPECT_EQ(Costs(20, &replay, &again), costs);
  EXPECT_EQ(again.end_ns, outcome.end_ns);
  EXPECT_TRUE(again.schedule == outcome.schedule);
}

TEST(CostModel, ScheduleNamesTheSeedOnlyWhereCostsJitter) {
  RandomWalk walk(9);
  Outcome outcome;
  Costs(0, &walk, &outcome);
  EXPECT_EQ(outcome.schedule.seed(), 0u);
}

}  // namespace
}  // namespace drydock
