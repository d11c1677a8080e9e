// Command gates: sleeping in an action, and waking the sleepers.
#include <string>

#include <IOKit/IOCommandGate.h>

#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/simulation.h"
#include "tests/drydock_test.h"
#include "tests/eventsources/command_gate_fixture.h"
#include "tests/workloop/fixtures.h"

namespace drydock {
namespace {

using kernel::kMillisecond;

TEST(IOCommandGate, CG15SleepWithoutTheGatePanics) {
  TimedStrategy strategy;
  Simulation simulation({}, &strategy);
  const Outcome outcome = simulation.Run([] {
    LoopWithGate t;
    int event = 0;
    t.gate->commandSleep(&event, THREAD_UNINT);
  });
  ASSERT_EQ(outcome.kind, Outcome::Kind::kPanic) << outcome.text;
  EXPECT_NE(outcome.text.find("invalid commandSleep while not holding the gate"), std::string::npos)
      << outcome.text;
}

DRYDOCK_TEST(IOCommandGate, CG16DeadlineTimesOut) {
  LoopWithGate t;
  int event = 0;
  RunIn(t.gate, [&] {
    const kernel::Time deadline = kernel::Now() + 5 * kMillisecond;
    EXPECT_EQ(t.gate->commandSleep(&event, AbsoluteTime{deadline}, THREAD_UNINT), THREAD_TIMED_OUT);
    EXPECT_GE(kernel::Now(), deadline);
    EXPECT_TRUE(t.loop->inGate());
    EXPECT_EQ(t.gate->commandSleep(&event, AbsoluteTime{deadline}, THREAD_UNINT), THREAD_TIMED_OUT);
    return kIOReturnSuccess;
  });
}

DRYDOCK_TEST(IOCommandGate, CG17AbortedSleeperNeverLetsGoOfTheGate) {
  AllowSleepInGate();
  LoopWithGate t;
  int event = 0;
  bool other_was_in = false;
  kernel::Thread* other = nullptr;
  RunIn(t.gate, [&] {
    EventCount contended(trace::EventKind::kLockContend);
    other = StartClient([&] {
      RunIn(t.loop, [&] {
        other_was_in = true;
        return kIOReturnSuccess;
      });
    });
    WaitUntil([&] { return contended.count() > 0; });
    kernel::ThreadAbort(kernel::CurrentThread(), /*safely=*/true);
    EventCount opens(trace::EventKind::kGateOpen);
    EXPECT_EQ(t.gate->commandSleep(&event, THREAD_ABORTSAFE), THREAD_INTERRUPTED);
    EXPECT_FALSE(other_was_in);
    EXPECT_EQ(opens.count(), 0);
    return kIOReturnSuccess;
  });
  kernel::ThreadJoin(other);
  EXPECT_TRUE(other_was_in);
}

DRYDOCK_TEST(IOCommandGate, CG18WakeupWakesTheOldestOrAll) {
  LoopWithGate t;
  int event = 0;
  IOReturn results[3] = {};
  kernel::Thread* clients[3];
  for (int i = 0; i < 3; ++i) clients[i] = t.StartSleepingClient(&event, &results[i], i + 1);
  t.gate->commandWakeup(&event, true);
  kernel::ThreadJoin(clients[0]);
  kernel::Sleep(kMillisecond);
  EXPECT_EQ(results[0], 42);
  EXPECT_EQ(results[1], 0);
  EXPECT_EQ(results[2], 0);
  t.gate->commandWakeup(&event);
  kernel::ThreadJoin(clients[1]);
  kernel::ThreadJoin(clients[2]);
}

DRYDOCK_TEST(IOCommandGate, CG19WakeupsAreNotRemembered) {
  LoopWithGate t;
  int event = 0;
  t.gate->commandWakeup(&event);
  RunIn(t.gate, [&] {
    EXPECT_EQ(t.gate->commandSleep(&event, kernel::Now() + kMillisecond, THREAD_UNINT),
              THREAD_TIMED_OUT);
    return kIOReturnSuccess;
  });
}

TEST(IOCommandGate, CG20WakeupOfNullPanics) {
  TimedStrategy strategy;
  Simulation simulation({}, &strategy);
  const Outcome outcome = simulation.Run([] {
    LoopWithGate t;
    t.gate->commandWakeup(nullptr);
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic) << outcome.text;
}

DRYDOCK_TEST(IOCommandGate, CG21SleepInNestedActionsOpensTheGateForOthers) {
  LoopWithGate t;
  int event = 0;
  bool asleep = true;
  kernel::Thread* sleeper = StartClient([&] {
    RunIn(t.gate, [&] {
      return RunIn(t.gate, [&] {
        return RunIn(t.gate, [&] {
          EXPECT_EQ(t.gate->commandSleep(&event, THREAD_UNINT), THREAD_AWAKENED);
          asleep = false;
          return kIOReturnSuccess;
        });
      });
    });
  });
  WaitUntil([&] { return t.loop->sleepers() == 1; });
  EXPECT_EQ(t.AttemptWhenFree([&] {
    EXPECT_TRUE(asleep);
    t.gate->commandWakeup(&event);
    return 7;
  }),
            7);
  kernel::ThreadJoin(sleeper);
}

DRYDOCK_TEST(IOCommandGate, SleepOnADetachedGateIsAFinding) {
  Findings findings;
  LoopWithGate t;
  t.loop->removeEventSource(t.gate);
  EXPECT_EQ(t.gate->commandSleep(&findings, THREAD_UNINT), kIOReturnNotReady);
  EXPECT_EQ(findings.Count("sleep-on-detached-source"), 1);
}

DRYDOCK_TEST_2003(IOCommandGate, HX3SleepWithoutTheGateIsNotPermitted) {
  LoopWithGate t;
  int event = 0;
  EXPECT_EQ(t.gate->commandSleep(&event, THREAD_UNINT), kIOReturnNotPermitted);
}

}  // namespace
}  // namespace drydock
