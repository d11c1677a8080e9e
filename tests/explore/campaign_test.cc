#include "explore/campaign.h"

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
  EXPECT_EQ(result.failures[0].found_by, "random walk, seed 1");
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
  EXPECT_EQ(result.failures[1].found_by, "random walk, seed 3");
}

TEST(Campaign, EndsWhenAskedTo) {
  int asked = 0;
  const CampaignResult result =
      Explore(Runner(LostWakeup()),
              {.schedules = 100, .stop_at_first = false, .stop = [&asked] { return ++asked > 7; }});
  EXPECT_EQ(result.runs, 7u);
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
