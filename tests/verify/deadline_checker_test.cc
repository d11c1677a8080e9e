// Missed deadlines of real-time threads and timers.
#include "verify/deadline_checker.h"

#include <functional>

#include "gmock/gmock.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/trace.h"
#include "scheduler/simulation.h"
#include "verify/watch.h"

namespace drydock::verify {
namespace {

using kernel::kMicrosecond;
using kernel::kMillisecond;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using trace::EventKind;

Outcome RunWatched(const std::function<void()>& body) {
  Watching<DeadlineChecker> checker(std::vector<TimeContract>{{"audio", kMillisecond}});
  TimedStrategy timed;
  Outcome outcome = Simulation({.cpus = 1}, &timed).Run(body);
  EXPECT_TRUE(outcome.ok()) << outcome.text;
  checker.Finish(&outcome);
  return outcome;
}

// Wakes every 5 ms and computes for so long.
void RunThread(const char* name, kernel::Time computation) {
  kernel::ThreadJoin(
      kernel::ThreadStart({.name = name, .priority = BASEPRI_REALTIME}, [computation] {
        for (int i = 0; i < 3; ++i) {
          kernel::Sleep(5 * kMillisecond);
          kernel::Delay(computation);
        }
      }));
}

TEST(DeadlineChecker, AThreadThatWorksLongerThanItsConstraintIsNamedOnce) {
  const Outcome outcome = RunWatched([] { RunThread("audio", 2 * kMillisecond); });
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(outcome.findings[0].name, "missed-deadline");
  EXPECT_EQ(outcome.findings[0].thread, "audio");
  EXPECT_THAT(outcome.findings[0].sentence,
              MatchesRegex("audio was woken at [0-9.]+ us and waits again 20[0-9][0-9].[0-9]+ us "
                           "later; its constraint is 1000.000 us"));
}

TEST(DeadlineChecker, WhoIsInTimeOrHasNoContractIsFine) {
  EXPECT_THAT(RunWatched([] { RunThread("audio", 900 * kMicrosecond); }).findings, IsEmpty());
  EXPECT_THAT(RunWatched([] { RunThread("other", 2 * kMillisecond); }).findings, IsEmpty());
}

// What a timer does, as events tell it: set for `ahead`, its action begins `late`.
std::vector<Finding> RunTimer(kernel::Time ahead, kernel::Time late, bool cancelled = false) {
  constexpr kernel::ObjectId kLoop = 1001, kTimer = 1002;
  return RunWatched([=] {
           kernel::Trace(EventKind::kTimerArm, kLoop, kTimer, kernel::Now() + ahead);
           if (cancelled) kernel::Trace(EventKind::kTimerCancel, kLoop, kTimer);
           kernel::Sleep(ahead + late);
           kernel::Trace(EventKind::kActionBegin, kLoop, kTimer, 0, "IOTimerEventSource", "Driver");
         })
      .findings;
}

TEST(DeadlineChecker, ATimersActionThatBeginsTooLateIsNamed) {
  const std::vector<Finding> findings = RunTimer(10 * kMillisecond, 11 * kMillisecond);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].name, "missed-deadline");
  EXPECT_THAT(findings[0].sentence,
              HasSubstr("the action of IOTimerEventSource of Driver begins 110"));
  EXPECT_THAT(findings[0].sentence, HasSubstr("; granted are 10"));
}

TEST(DeadlineChecker, ATimerMayBeLateByAsMuchAsItWasSetAheadAndByOneMillisecond) {
  EXPECT_THAT(RunTimer(10 * kMillisecond, 9 * kMillisecond), IsEmpty());
  EXPECT_THAT(RunTimer(20 * kMicrosecond, 900 * kMicrosecond), IsEmpty());
  EXPECT_EQ(RunTimer(20 * kMicrosecond, 1200 * kMicrosecond).size(), 1u);
  EXPECT_THAT(RunTimer(kMillisecond, 11 * kMillisecond, /*cancelled=*/true), IsEmpty());
}

}  // namespace
}  // namespace drydock::verify
