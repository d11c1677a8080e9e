// What every way of searching must do, and what each promises.
#include "explore/explorer.h"

#include <set>
#include <string>

#include "explore/campaign.h"
#include "explore/replay.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "tests/explore/programs.h"
#include "trace/digest.h"
#include "trace/observer.h"

namespace drydock {
namespace {

std::unique_ptr<Explorer> Make(const std::string& spec, uint64_t seed = 1) {
  absl::StatusOr<std::unique_ptr<Explorer>> explorer = MakeExplorer(spec, seed);
  EXPECT_TRUE(explorer.ok()) << explorer.status();
  return *std::move(explorer);
}

class EveryExplorer : public ::testing::TestWithParam<const char*> {};

TEST_P(EveryExplorer, FindsALostUpdate) {
  const auto explorer = Make(GetParam());
  const CampaignResult result =
      RunCampaign(explorer.get(), Runner(LostUpdate(3)), {.schedules = 1000});
  ASSERT_EQ(result.failures.size(), 1u);
  EXPECT_EQ(result.failures[0].failure, "an update was lost");
  EXPECT_EQ(result.failures[0].run, result.runs);
}

TEST_P(EveryExplorer, FindsALostWakeup) {
  const auto explorer = Make(GetParam());
  const CampaignResult result =
      RunCampaign(explorer.get(), Runner(LostWakeup()), {.schedules = 1000});
  ASSERT_EQ(result.failures.size(), 1u);
  EXPECT_EQ(result.failures[0].failure, "blocked");
}

// Find, print, parse, replay, identical events.
TEST_P(EveryExplorer, WhatItFindsReplaysBitForBit) {
  const auto explorer = Make(GetParam());
  for (int i = 0; i < 20; ++i) {
    Strategy* strategy = explorer->Next();
    ASSERT_NE(strategy, nullptr);
    trace::Digest digest;
    RunResult ran;
    {
      trace::ScopedObserver watching(&digest);
      ran = RunOnce(LostUpdate(3), strategy);
    }
    explorer->Finished(ran.schedule);

    const absl::StatusOr<Schedule> parsed = Schedule::Parse(ran.schedule.ToString());
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    Replay replay(*parsed);
    trace::Digest again;
    RunResult replayed;
    {
      trace::ScopedObserver watching(&again);
      replayed = RunOnce(LostUpdate(3), &replay);
    }
    EXPECT_EQ(replayed.failure, ran.failure);
    EXPECT_EQ(again.value(), digest.value());
  }
}

TEST_P(EveryExplorer, SameSeedSameSearch) {
  std::string schedules[2];
  for (std::string& text : schedules) {
    const auto explorer = Make(GetParam(), 5);
    for (int i = 0; i < 20; ++i) {
      const RunResult ran = RunOnce(LostUpdate(3), explorer->Next());
      explorer->Finished(ran.schedule);
      text += ran.schedule.ToString() + "\n";
    }
  }
  EXPECT_EQ(schedules[0], schedules[1]);
}

TEST_P(EveryExplorer, LetsThoseEndWhoPoll) {
  using Pause = void (*)(kernel::Time);
  for (const Pause pause : {Pause{nullptr}, Pause{&kernel::Delay}, Pause{&kernel::Sleep}}) {
    const auto explorer = Make(GetParam());
    for (int i = 0; i < 50; ++i) {
      Strategy* strategy = explorer->Next();
      if (strategy == nullptr) break;
      const RunResult ran = RunOnce(Polls(pause), strategy);
      ASSERT_EQ(ran.failure, "");
      ASSERT_LT(ran.schedule.questions(), 20'000u);
      explorer->Finished(ran.schedule);
    }
  }
}

TEST_P(EveryExplorer, FindsNothingWhereNothingIsWrong) {
  std::string order;
  const auto explorer = Make(GetParam());
  const CampaignResult result =
      RunCampaign(explorer.get(), Runner(Interleaves(5, &order)), {.schedules = 200});
  EXPECT_EQ(result.failed, 0u);
  EXPECT_GT(result.distinct, 1u);
}

INSTANTIATE_TEST_SUITE_P(All, EveryExplorer,
                         ::testing::Values("random", "pct", "pct:2", "pos", "urw", "surw", "delay",
                                           "preemption", "dpor", "exhaustive", "portfolio"),
                         [](const auto& info) {
                           std::string name = info.param;
                           for (char& c : name) {
                             if (c == ':') c = '_';
                           }
                           return name;
                         });

// How many schedules there are with at most `bound`, all run; and the orders they gave.
CampaignResult Exhaust(const std::string& spec, int steps, std::set<std::string>* orders) {
  const auto explorer = Make(spec);
  std::string order;
  const RunProgram run = Runner(Interleaves(steps, &order));
  return RunCampaign(explorer.get(),
                     [&](Strategy* strategy) {
                       RunResult result = run(strategy);
                       orders->insert(order);
                       return result;
                     },
                     {.schedules = 200'000});
}

TEST(BoundedSearch, NoDeviationIsOneSchedule) {
  std::set<std::string> orders;
  const CampaignResult result = Exhaust("delay:0", 3, &orders);
  EXPECT_EQ(result.runs, 1u);
  EXPECT_EQ(result.exhausted, "every schedule with at most 0 delays was run");
}

TEST(BoundedSearch, RunsEachScheduleOnce) {
  for (const char* spec : {"delay:2", "preemption:2"}) {
    std::set<std::string> orders;
    const CampaignResult result = Exhaust(spec, 3, &orders);
    EXPECT_FALSE(result.exhausted.empty()) << spec;
    EXPECT_EQ(result.distinct, result.runs) << spec;
    EXPECT_GT(result.runs, 10u) << spec;
  }
}

TEST(BoundedSearch, OnePreemptionMoreGivesMoreOrders) {
  size_t before = 0;
  for (const char* spec : {"preemption:0", "preemption:1", "preemption:2", "preemption:3"}) {
    std::set<std::string> orders;
    Exhaust(spec, 3, &orders);
    EXPECT_GT(orders.size(), before) << spec;
    before = orders.size();
  }
  // Five preemptions are all that three steps against three can have: all C(6, 3) orders.
  std::set<std::string> orders;
  Exhaust("preemption:6", 3, &orders);
  EXPECT_EQ(orders.size(), 20u);
}

TEST(MakeExplorer, WhatIsNoStrategyIsRefusedWithOneLine) {
  const auto refusal = [](const char* spec) {
    return std::string(MakeExplorer(spec, 1).status().message());
  };
  EXPECT_EQ(refusal("dfs"), std::string("unknown strategy \"dfs\"; allowed is ") + ExplorerSpecs());
  EXPECT_EQ(refusal("random:3"),
            std::string("unknown strategy \"random:3\"; allowed is ") + ExplorerSpecs());
  EXPECT_EQ(refusal("pct:0"), "strategy pct takes a number from 1 to 100, not \"0\"");
  EXPECT_EQ(refusal("delay:x"), "strategy delay takes a number from 0 to 100, not \"x\"");
  EXPECT_EQ(refusal(""), std::string("unknown strategy \"\"; allowed is ") + ExplorerSpecs());
}

}  // namespace
}  // namespace drydock
