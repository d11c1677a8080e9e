// Runs of scenarios: their verdicts, evidence and progress.
#include "scenario/runner.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "explore/random_walk.h"
#include "gtest/gtest.h"
#include "tests/scenario/fixtures.h"
#include "trace/observer.h"

namespace drydock {
namespace {

ScenarioResult AtFullSpeed(const Scenario& scenario) {
  TimedStrategy strategy;
  return RunScenario(scenario, &strategy);
}

std::string FailuresAtFullSpeed(absl::string_view more) {
  return Failures(AtFullSpeed(Read(OneReader(more))));
}

TEST(Runner, ReadGetsTheDevicesData) {
  EXPECT_EQ(
      FailuresAtFullSpeed(
          "expect { returns { thread: \"reader\" step: 2 code: \"kIOReturnSuccess\" bytes: 64 } }"
          "expect { returns { thread: \"reader\" step: 3 code: \"kIOReturnSuccess\" } }"
          "expect { quiet_within: \"1ms\" } expect { no_thread_blocked: true }"
          "expect { no_object_leaked: true }"),
      "held");
}

TEST(Runner, WrongReturnsAreNamedWithWhatWasSeen) {
  EXPECT_EQ(FailuresAtFullSpeed(
                "expect { returns { thread: \"reader\" step: 2 code: \"kIOReturnOffline\" } }"),
            "reader, step 2: read 64 returns kIOReturnOffline; seen: kIOReturnSuccess\n");
  EXPECT_EQ(FailuresAtFullSpeed("expect { returns { thread: \"reader\" step: 2 "
                                "code: \"kIOReturnSuccess\" bytes: 1 } }"),
            "reader, step 2: read 64 returns kIOReturnSuccess, 1 byte; seen: kIOReturnSuccess, 64 "
            "bytes\n");
}

TEST(Runner, WrongOrderIsToldInTheOrderSeen) {
  const std::string failures = FailuresAtFullSpeed(
      "expect { order { event { kind: \"return\" name: \"read\" } event { kind: \"plug\" } "
      "event { kind: \"unplug\" } } }");
  EXPECT_EQ(failures.find("order: return read → plug → unplug; seen: plug at "), 0u) << failures;
  EXPECT_NE(failures.find(" → return read at "), std::string::npos) << failures;
  EXPECT_NE(failures.find("; never: unplug"), std::string::npos) << failures;
}

TEST(Runner, OrderCountsOccurrencesFromItsSince) {
  const char* kTwice =
      "expect { order { event { kind: \"return\" } event { kind: \"return\" } "
      "event { kind: \"call\" name: \"close\" } } }";
  EXPECT_EQ(FailuresAtFullSpeed(kTwice), "held");
  // After the second return there is only one more before the end of the run.
  EXPECT_NE(
      FailuresAtFullSpeed("expect { order { since { kind: \"call\" name: \"close\" } event { kind: "
                          "\"return\" } event { kind: \"return\" } } }"),
      "held");
}

TEST(Runner, WhatShouldNeverHappenIsNamedWithItsTime) {
  EXPECT_EQ(FailuresAtFullSpeed("expect { never { kind: \"unplug\" } }"), "held");
  EXPECT_EQ(FailuresAtFullSpeed("expect { never { kind: \"start\" name: \"UsbSerial\" } }")
                .find("never: start UsbSerial; seen: start UsbSerial at "),
            0u);
}

TEST(Runner, QuietIsMeasuredFromTheLastThingThatHappened) {
  const char* kUnplugAtEnd =
      "thread { name: \"late\" band: \"user\" step { sleep: \"3ms\" } step { unplug: \"adapter\" } "
      "}"
      "expect { quiet_within: \"10us\" } expect { quiet_within: \"5ms\" }";
  EXPECT_EQ(FailuresAtFullSpeed(kUnplugAtEnd),
            "everything is quiet within 10us; seen: something was still busy\n");
}

TEST(Runner, ThreadThatNeverComesBackIsNamed) {
  // The two threads wait for each other.
  const char* kEachOther =
      "thread { name: \"left\" band: \"user\" step { wait_until { thread: \"right\" is: \"in "
      "sleep\" "
      "} } step { sleep: \"1us\" } }"
      "thread { name: \"right\" band: \"user\" step { wait_until { thread: \"left\" is: \"in "
      "sleep\" "
      "} } step { sleep: \"1us\" } }";
  const std::string expectation =
      std::string(kEachOther) +
      "expect { no_thread_blocked: true } expect { quiet_within: \"1s\" }";
  EXPECT_EQ(
      FailuresAtFullSpeed(expectation),
      "no thread is left blocked; seen: left waits until right is in sleep; right waits until "
      "left is in sleep\n");
  // The scenario has no expectation about it; it fails the run all the same.
  const std::string told = FailuresAtFullSpeed(kEachOther);
  EXPECT_EQ(told.find("the run comes to its end; seen: blocked: "), 0u) << told;
}

TEST(Runner, TimelineEntryThatNeverHappensIsAFailure) {
  EXPECT_EQ(FailuresAtFullSpeed(
                "timeline { unplug: \"adapter\" while { thread: \"reader\" is: \"in write\" } }"),
            "timeline: unplug adapter while reader is in write; seen: it never happened\n");
  EXPECT_EQ(FailuresAtFullSpeed("timeline { unplug: \"adapter\" at_choice_point: 1000000 }"),
            "timeline: unplug adapter at choice point 1000000; seen: it never happened\n");
}

// The codes that the clients' reads returned.
class ReadReturns : public trace::Observer {
 public:
  void OnEvent(const trace::Event& event) override {
    if (event.kind == trace::EventKind::kClientReturn && event.name == std::string("read")) {
      codes.insert(static_cast<IOReturn>(event.other));
    }
  }
  std::set<IOReturn> codes;
};

TEST(Runner, UnplugAtEveryChoicePointComesHome) {
  ReadReturns returns;
  trace::ScopedObserver watching(&returns);
  int points = 0;
  for (bool happened = true; happened; ++points) {
    const Scenario scenario = Read(OneReader(
        absl::StrCat("timeline { unplug: \"adapter\" at_choice_point: ", points + 1,
                     " } expect { quiet_within: \"5ms\" } expect { no_thread_blocked: true }"
                     " expect { no_object_leaked: true }")));
    const ScenarioResult result = AtFullSpeed(scenario);
    const std::string failures = Failures(result);
    happened = failures.find("it never happened") == std::string::npos;
    if (happened) {
      ASSERT_EQ(failures, "held") << "choice point " << points + 1;
    }
  }
  EXPECT_GT(points, 100);
  EXPECT_EQ(returns.codes,
            (std::set<IOReturn>{kIOReturnSuccess, kIOReturnOffline, kIOReturnNotOpen}));
}

TEST(Runner, TimerAndCableMeetAtOneInstant) {
  const Scenario scenario = Read(absl::StrReplaceAll(
      OneReader(
          "timeline { unplug: \"adapter\" while { thread: \"reader\" is: \"blocked in read\" } "
          "at_timer: true }"
          "expect { order { event { kind: \"unplug\" } event { kind: \"timeout\" } } }"),
      {{"data { after: \"1ms\" bytes: 64 }", ""}}));
  TimedStrategy strategy;
  const ScenarioResult result = RunScenario(scenario, &strategy);
  EXPECT_EQ(Failures(result), "held");
  EXPECT_GT(result.outcome.end_ns, 500'000'000u);
}

TEST(Runner, ExploringRunsDoNotJudgeFullSpeedExpectations) {
  const Scenario scenario =
      Read(OneReader("expect { returns { thread: \"reader\" step: 2 code: \"kIOReturnOffline\" } "
                     "at_full_speed: true }"));
  EXPECT_NE(Failures(AtFullSpeed(scenario)), "held");
  RandomWalk strategy(1);
  const ScenarioResult result = RunScenario(scenario, &strategy);
  ASSERT_GT(result.outcome.schedule.deviations(), 0u);
  EXPECT_EQ(Failures(result), "held");
  EXPECT_EQ(result.verdicts[0].kind, Verdict::Kind::kNotJudged);
}

TEST(Runner, BrokenRuleFailsTheRunUnlessExpected) {
  const std::string scenario =
      "cpus: 2 work_loop { name: \"w\" } "
      "thread { name: \"a\" band: \"user\" step { gate { work_loop: \"w\" step { sleep: \"2ms\" } "
      "} } }"
      "thread { name: \"b\" band: \"user\" step { sleep: \"1ms\" } step { gate { work_loop: \"w\" "
      "} } }";
  const auto failures = [&](absl::string_view more) {
    return Failures(AtFullSpeed(Read(absl::StrCat(scenario, more))));
  };
  EXPECT_EQ(failures("").find("no blocking-sleep-in-action; seen: at "), 0u);
  EXPECT_EQ(failures("expect { finding: \"blocking-sleep-in-action\" }"), "held");
  EXPECT_EQ(FailuresAtFullSpeed("expect { finding: \"blocking-sleep-in-action\" }"),
            "finding blocking-sleep-in-action; seen: not reported in this run\n");
}

// The threads run one after the other, and never wait for each other.
TEST(Runner, OrdersOfLocksAreCheckedUnlessTheRunIsToBeFast) {
  const auto scenario = [](absl::string_view more) {
    return Read(absl::StrCat(
        "cpus: 1 lock { name: \"a\" } lock { name: \"b\" }"
        "thread { name: \"x\" band: \"user\" step { lock: \"a\" } step { lock: \"b\" } "
        "step { unlock: \"b\" } step { unlock: \"a\" } }"
        "thread { name: \"y\" band: \"user\" step { sleep: \"1ms\" } step { lock: \"b\" } "
        "step { lock: \"a\" } step { unlock: \"a\" } step { unlock: \"b\" } }",
        more));
  };
  EXPECT_EQ(Failures(AtFullSpeed(scenario(""))).find("no lock-order-cycle; seen: at "), 0u);
  EXPECT_EQ(Failures(AtFullSpeed(scenario("expect { finding: \"lock-order-cycle\" }"))), "held");
  const auto fast = [](const Scenario& scenario) {
    TimedStrategy strategy;
    return Failures(RunScenario(scenario, &strategy, {}, verify::RunKind::kCounted));
  };
  EXPECT_EQ(fast(scenario("")), "held");
  EXPECT_NE(fast(scenario("check: \"lock-order-cycle\"")), "held");
}

// The scenario has no expectation about blocked threads; the report names them and their evidence
// all the same.
TEST(Runner, WhoSleepsForEverIsExplained) {
  const ScenarioResult result = AtFullSpeed(Read(
      "thread { name: \"early\" band: \"user\" step { sleep: \"1ms\" } step { signal: \"s\" } }"
      "thread { name: \"late\" band: \"user\" step { sleep: \"2ms\" } step { wait: \"s\" } "
      "step { wait: \"s\" } }"));
  ASSERT_EQ(result.verdicts.size(), 1u);
  const std::string lines = absl::StrJoin(result.verdicts[0].stack, "\n");
  EXPECT_NE(lines.find("late:\n"), std::string::npos) << lines;
  EXPECT_NE(lines.find("it has slept since 20"), std::string::npos) << lines;
  EXPECT_NE(lines.find(" us before that early (thread "), std::string::npos) << lines;
  EXPECT_NE(lines.find(" woke what it sleeps for, which woke no thread"), std::string::npos)
      << lines;
}

// The thread computes for longer than its time constraint allows.
TEST(Runner, RealTimeThreadsMissTheirDeadlines) {
  const auto failures = [](absl::string_view computes, absl::string_view more) {
    return Failures(AtFullSpeed(Read(
        absl::StrCat("cpus: 1 thread { name: \"audio\" band: \"real-time\" real_time { period: "
                     "\"10ms\" computation: \"1ms\" constraint: \"2ms\" } step { sleep: "
                     "\"1ms\" } step { compute: \"",
                     computes, "\" } step { sleep: \"1ms\" } }", more))));
  };
  EXPECT_EQ(failures("3ms", ""), "held");
  EXPECT_EQ(failures("1ms", "check: \"missed-deadline\""), "held");
  EXPECT_EQ(failures("3ms", "check: \"missed-deadline\"").find("no missed-deadline; seen: at "),
            0u);
  EXPECT_EQ(failures("3ms", "expect { finding: \"missed-deadline\" }"), "held");
}

TEST(Runner, LinkedDriversAreThoseOfThePersonalities) {
  EXPECT_EQ(LinkedDrivers(), std::vector<std::string>{"UsbSerial"});
}

}  // namespace
}  // namespace drydock
