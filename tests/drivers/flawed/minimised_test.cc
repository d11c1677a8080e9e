// What is left of a failing schedule when all that can be left out is: the few switches that the
// defect needs, under which it shows again and again.
#include <algorithm>
#include <string>
#include <vector>

#include "explore/campaign.h"
#include "explore/explorer.h"
#include "explore/minimise.h"
#include "explore/replay.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/memory.h"
#include "tests/drivers/flawed/rig.h"

namespace drydock {
namespace {

constexpr int kReplays = 100;
// To make one smaller, so that the test does not take long.
constexpr uint64_t kRuns = 500;

TEST(MinimisedSchedules, OfFlawedDriversNeedFewSwitchesAndFailSoEachTime) {
  std::vector<uint64_t> switches;
  for (const FlawedCase* flawed_case : FlawedCases()) {
    SCOPED_TRACE(flawed_case->name);
    if (flawed_case->needs_hooks && !kernel::HasHookedCode()) continue;
    const RunProgram run = FlawedProgram(*flawed_case, /*flawed=*/true);
    const CampaignResult found = RunCampaign(MakeExplorer("portfolio", 1)->get(), run, {});
    ASSERT_EQ(found.failures.size(), 1u);
    const Failure& failure = found.failures[0];
    const Minimised smallest = Minimise({failure.failure, failure.schedule}, run, kRuns);
    EXPECT_EQ(smallest.run.failure, failure.failure);
    EXPECT_LE(smallest.switches, smallest.switches_found);
    switches.push_back(smallest.switches);

    const auto schedule = Schedule::Parse(smallest.run.schedule.ToString());
    ASSERT_TRUE(schedule.ok());
    for (int i = 0; i < kReplays; ++i) {
      Replay replay(*schedule);
      const RunResult again = run(&replay);
      ASSERT_EQ(again.failure, failure.failure) << "replay " << i;
      ASSERT_EQ(again.schedule, *schedule);
    }
  }
  ASSERT_FALSE(switches.empty());
  std::sort(switches.begin(), switches.end());
  EXPECT_LE(switches[switches.size() / 2], 3u);
  RecordProperty("median_switches", std::to_string(switches[switches.size() / 2]));
  RecordProperty("most_switches", std::to_string(switches.back()));
}

}  // namespace
}  // namespace drydock
