// Campaigns: what stops them, what they count, how shards divide them.
#include "explore/campaign.h"

#include <set>
#include <string>

#include "gtest/gtest.h"
#include "tests/explore/programs.h"

namespace drydock {
namespace {

CampaignResult Explore(const RunProgram& program, const CampaignOptions& options,
                       const char* spec = "random") {
  return RunCampaign(MakeExplorer(spec, 1)->get(), program, options);
}

// Fails in one of two ways in most runs.
RunProgram TwoBugs() {
  return [count = 0](Strategy* strategy) mutable {
    std::string order;
    RunResult result = RunOnce(Interleaves(2, &order), strategy);
    ++count;
    result.failure = count % 3 == 0 ? "one" : count % 3 == 1 ? "two" : "";
    return result;
  };
}

TEST(Campaign, StopsAtTheFirstFailureIfAsked) {
  const CampaignResult result = Explore(TwoBugs(), {.schedules = 100});
  EXPECT_EQ(result.runs, 1u);
  ASSERT_EQ(result.failures.size(), 1u);
  EXPECT_EQ(result.failures[0].failure, "two");
  EXPECT_EQ(result.failures[0].found_by, "random walk, seed 1, run 1");
}

TEST(Campaign, GoesOnAndCountsEachWayToFail) {
  const CampaignResult result = Explore(TwoBugs(), {.schedules = 30, .stop_at_first = false});
  EXPECT_EQ(result.runs, 30u);
  EXPECT_EQ(result.failed, 20u);
  ASSERT_EQ(result.failures.size(), 2u);
  EXPECT_EQ(result.failures[0].run, 1u);
  EXPECT_EQ(result.failures[0].runs, 10u);
  EXPECT_EQ(result.failures[1].failure, "one");
  EXPECT_EQ(result.failures[1].run, 3u);
  EXPECT_EQ(result.failures[1].found_by, "random walk, seed 1, run 3");
}

TEST(Campaign, EndsWhenAskedTo) {
  int asked = 0;
  const CampaignResult result =
      Explore(Runner(LostWakeup()),
              {.schedules = 100, .stop_at_first = false, .stop = [&asked](const CampaignResult&) {
                 return ++asked > 7;
               }});
  EXPECT_EQ(result.runs, 7u);
}

TEST(Campaign, CoverageGrowsUntilAllPairsWereSeen) {
  std::string order;
  const RunProgram program = Runner(Interleaves(3, &order));
  const auto pairs = [&program](uint64_t schedules) {
    return Explore(program, {.schedules = schedules, .coverage = true}).pairs;
  };
  EXPECT_GT(pairs(1), 0u);
  EXPECT_LT(pairs(1), pairs(200));
  EXPECT_EQ(pairs(1000), pairs(2000));
  EXPECT_EQ(Explore(program, {.schedules = 1}).pairs, 0u);
}

// The runs of the shards of a search, by what they ran and found.
struct Shards {
  std::multiset<std::string> schedules;
  std::set<std::string> failures;
};
Shards RunShards(const char* spec, const RunProgram& program, uint64_t count, uint64_t schedules) {
  Shards all;
  for (uint64_t index = 0; index < count; ++index) {
    const auto explorer = *MakeExplorer(spec, 1, {index, count});
    const CampaignResult result =
        RunCampaign(explorer.get(),
                    [&](Strategy* strategy) {
                      RunResult ran = program(strategy);
                      if (!explorer->IsAnothers()) all.schedules.insert(ran.schedule.ToString());
                      return ran;
                    },
                    {.schedules = schedules / count, .stop_at_first = false});
    for (const Failure& failure : result.failures) all.failures.insert(failure.failure);
  }
  return all;
}

class ShardedSearch : public ::testing::TestWithParam<const char*> {};

TEST_P(ShardedSearch, ShardsRunWhatOneSearchRuns) {
  // A multiple of the portfolio's members and of both numbers of shards.
  constexpr uint64_t kSchedules = 7 * 6 * 20;
  const RunProgram program = Runner(LostUpdate(1));
  const Shards one = RunShards(GetParam(), program, 1, kSchedules);
  EXPECT_FALSE(one.failures.empty());
  for (const uint64_t count : {2, 3}) {
    const Shards several = RunShards(GetParam(), program, count, kSchedules);
    EXPECT_EQ(several.failures, one.failures);
    EXPECT_EQ(several.schedules, one.schedules) << count;
  }
}

INSTANTIATE_TEST_SUITE_P(All, ShardedSearch,
                         ::testing::Values("random", "pct", "pos", "urw", "surw", "delay:2",
                                           "preemption:1"));

TEST(ShardedSearch, PortfoliosFindTheSame) {
  const RunProgram program = Runner(LostUpdate(1));
  EXPECT_EQ(RunShards("portfolio", program, 2, 700).failures,
            RunShards("portfolio", program, 1, 700).failures);
}

TEST(Campaign, EndsWhenNothingIsLeft) {
  std::string order;
  const CampaignResult result =
      Explore(Runner(Interleaves(2, &order)), {.schedules = 100'000}, "delay:1");
  EXPECT_LT(result.runs, 100'000u);
  EXPECT_EQ(result.exhausted, "every schedule with at most 1 delays was run");
  EXPECT_EQ(result.distinct, result.runs);
}

}  // namespace
}  // namespace drydock
