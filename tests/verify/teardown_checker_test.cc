// The protocol by which services come and go, as events tell it: a device (1) and its driver (2).
// Real services break it in drivers/flawed/.
#include "verify/teardown_checker.h"

#include <functional>
#include <string>

#include "gmock/gmock.h"
#include "scheduler/kernel/trace.h"
#include "scheduler/kernel/wait.h"
#include "scheduler/simulation.h"
#include "trace/event_values.h"
#include "verify/watch.h"

namespace drydock::verify {
namespace {

using kernel::Trace;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using trace::EventKind;

constexpr kernel::ObjectId kDevice = 1001, kDriver = 1002, kLoop = 1003, kGate = 1004;

Outcome RunWatched(const std::function<void()>& body) {
  Watching<TeardownChecker> checker;
  TimedStrategy timed;
  Outcome outcome = Simulation({}, &timed).Run([&body] {
    Trace(EventKind::kServiceInit, kDevice, 0, 0, "Device");
    Trace(EventKind::kServiceInit, kDriver, 0, 0, "Driver");
    Trace(EventKind::kServiceAttach, kDriver, kDevice, 0, "Driver");
    body();
  });
  checker.Finish(&outcome);
  return outcome;
}

void Started(trace::StartResult result = trace::StartResult::kDriver) {
  Trace(EventKind::kServiceStarted, kDriver, kDevice, static_cast<uint64_t>(result), "Driver");
}
void Stopped() { Trace(EventKind::kTerminateStop, kDriver, kDevice, 0, "Driver"); }
void Detached() { Trace(EventKind::kServiceDetach, kDriver, kDevice, 0, "Driver"); }
void Told() { Trace(EventKind::kTerminateWill, kDriver, kDevice, 0, "Driver"); }

void SleepForEver() {
  static int never;
  kernel::AssertWait(&never, kernel::Interruptible::kUninterruptible, 0, {});
  kernel::ThreadBlock();
}

TEST(TeardownChecker, WhoWasStartedIsStoppedBeforeItIsDetached) {
  const Outcome outcome = RunWatched([] {
    Started();
    Detached();
  });
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(outcome.findings[0].name, "detached-without-stop");
  EXPECT_THAT(outcome.findings[0].sentence, HasSubstr("Driver is detached from Device"));
}

TEST(TeardownChecker, DetachingAfterStopOrWithoutStartIsFine) {
  EXPECT_THAT(RunWatched([] {
                Started();
                Stopped();
                Detached();
              }).findings,
              IsEmpty());
  EXPECT_THAT(RunWatched(&Detached).findings, IsEmpty());
  EXPECT_THAT(RunWatched([] {
                Started(trace::StartResult::kUserClient);
                Detached();
              }).findings,
              IsEmpty());
}

// The driver has the device open, and says so when it is asked to end.
void TerminateWhileOpen() {
  Trace(EventKind::kServiceOpen, kDevice, kDriver, 1, "Device");
  Trace(EventKind::kTerminatePhase1, kDevice, 0, 0, "Device");
  Told();
  Trace(EventKind::kTerminateDid, kDriver, kDevice, 0, "Driver");
  Trace(EventKind::kTerminateStopDefer, kDriver, kDevice, 0, "Driver");
}

TEST(TeardownChecker, OfABlockedRunItSaysWhoHoldsATerminationOpen) {
  const Outcome outcome = RunWatched([] {
    TerminateWhileOpen();
    SleepForEver();
  });
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(outcome.findings[0].name, "termination-never-completes");
  EXPECT_THAT(outcome.findings[0].sentence,
              MatchesRegex("Device, terminated at [0-9.]+ us, came to its terminate: Driver has it "
                           "open"));
  ASSERT_EQ(outcome.findings[0].evidence.size(), 2u);
  EXPECT_THAT(outcome.findings[0].evidence[0].what,
              MatchesRegex("Driver opened Device on thread main at [0-9.]+ us"));
  EXPECT_THAT(outcome.findings[0].evidence[1].what,
              HasSubstr("Driver still had it open at its didTerminate on thread main at "));
  EXPECT_FALSE(outcome.findings[0].evidence[1].stack.empty());
}

TEST(TeardownChecker, WhatIsClosedDoneOrUnderWayIsFine) {
  EXPECT_THAT(RunWatched(&TerminateWhileOpen).findings, IsEmpty());
  EXPECT_THAT(RunWatched([] {
                TerminateWhileOpen();
                Trace(EventKind::kServiceClose, kDevice, kDriver, 0, "Device");
                Stopped();
                Detached();
                Trace(EventKind::kTerminateDone, kDevice, 0, 0, "Device");
                SleepForEver();
              }).findings,
              IsEmpty());
}

void SleepInAnActionOfTheDriver() {
  Trace(EventKind::kActionBegin, kLoop, kGate, kDriver, "IOCommandGate", "Driver");
  Trace(EventKind::kGateSleep, kLoop, 0, 0, "loop");
}

TEST(TeardownChecker, AClientThatSleepsOnInADriverThatWasToldIsNamed) {
  const Outcome outcome = RunWatched([] {
    SleepInAnActionOfTheDriver();
    Told();
    SleepForEver();
  });
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(outcome.findings[0].name, "client-not-woken");
  EXPECT_THAT(outcome.findings[0].sentence, HasSubstr("main sleeps in the gate for Driver since "));
  EXPECT_THAT(outcome.findings[0].sentence, HasSubstr(" that Device goes"));
}

TEST(TeardownChecker, WhoSleepsInADriverThatStaysIsNotOfTeardown) {
  EXPECT_THAT(RunWatched([] {
                SleepInAnActionOfTheDriver();
                SleepForEver();
              }).findings,
              IsEmpty());
}

TEST(TeardownChecker, WhoWasWokenAndSleepsForSomethingElseIsNotNamed) {
  EXPECT_THAT(RunWatched([] {
                SleepInAnActionOfTheDriver();
                Told();
                Trace(EventKind::kGateClose, kLoop, 0, 0, "loop");
                Trace(EventKind::kActionEnd, kLoop, kGate, 0, "IOCommandGate", "Driver");
                SleepForEver();
              }).findings,
              IsEmpty());
}

}  // namespace
}  // namespace drydock::verify
