// Command gates: running actions and attempting them, with the gate held, disabled, detached.
#include <string>
#include <vector>

#include <IOKit/IOCommandGate.h>
#include <IOKit/IOTimerEventSource.h>

#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drydock_test.h"
#include "tests/eventsources/command_gate_fixture.h"
#include "tests/workloop/fixtures.h"

namespace drydock {
namespace {

using kernel::kMillisecond;

DRYDOCK_TEST(IOCommandGate, EV1NoOwnerNoGate) {
  EXPECT_EQ(IOCommandGate::commandGate(nullptr), nullptr);
}

DRYDOCK_TEST(IOCommandGate, CG1DetachedGateIsNotReady) {
  TestOwner* owner = TestOwner::Make();
  IOCommandGate* gate = IOCommandGate::commandGate(owner);
  EXPECT_EQ(gate->runAction(&Answer42), kIOReturnNotReady);
  EXPECT_EQ(gate->attemptAction(&Answer42), kIOReturnNotReady);
  gate->release();
  owner->release();
}

DRYDOCK_TEST(IOCommandGate, CG2NullActionIsABadArgumentEvenDetached) {
  TestOwner* owner = TestOwner::Make();
  IOCommandGate* gate = IOCommandGate::commandGate(owner);
  EXPECT_EQ(gate->runAction(nullptr), kIOReturnBadArgument);
  EXPECT_EQ(gate->attemptAction(nullptr), kIOReturnBadArgument);
  gate->release();
  owner->release();
}

DRYDOCK_TEST(IOCommandGate, CG3NoStoredActionIsABadArgument) {
  LoopWithGate t;
  EXPECT_EQ(t.gate->runCommand(), kIOReturnBadArgument);
  EXPECT_EQ(t.gate->attemptCommand(), kIOReturnBadArgument);
}

IOReturn CheckArguments(OSObject* owner, void* arg0, void* arg1, void* arg2, void* arg3) {
  EXPECT_STREQ(owner->getMetaClass()->getClassName(), "TestOwner");
  EXPECT_EQ(arg0, reinterpret_cast<void*>(1));
  EXPECT_EQ(arg1, reinterpret_cast<void*>(2));
  EXPECT_EQ(arg2, reinterpret_cast<void*>(3));
  EXPECT_EQ(arg3, reinterpret_cast<void*>(4));
  return 5;
}

DRYDOCK_TEST(IOCommandGate, CG4ActionsOwnValueIsReturned) {
  LoopWithGate t(&CheckArguments);
  EXPECT_EQ(t.gate->runAction(&Answer42), 42);
  EXPECT_EQ(t.gate->attemptAction(&Answer42), 42);
  void* args[] = {reinterpret_cast<void*>(1), reinterpret_cast<void*>(2),
                  reinterpret_cast<void*>(3), reinterpret_cast<void*>(4)};
  EXPECT_EQ(t.gate->runCommand(args[0], args[1], args[2], args[3]), 5);
  EXPECT_EQ(t.gate->attemptCommand(args[0], args[1], args[2], args[3]), 5);
}

DRYDOCK_TEST(IOCommandGate, CG5DisabledGateParksItsCallerUntilEnabled) {
  LoopWithGate t;
  t.Disable();
  IOReturn result = 0;
  kernel::Thread* client = t.StartParkedClient(&result);
  kernel::Sleep(kMillisecond);
  EXPECT_EQ(t.gate->parked(), 1);
  EXPECT_EQ(result, 0);
  t.gate->enable();
  kernel::ThreadJoin(client);
  EXPECT_EQ(result, 42);
}

DRYDOCK_TEST(IOCommandGate, CG6DisabledGateRefusesAnAttempt) {
  LoopWithGate t;
  t.Disable();
  EXPECT_EQ(t.gate->attemptAction(&Answer42), kIOReturnNotPermitted);
}

DRYDOCK_TEST(IOCommandGate, CG7HeldGateCannotBeLockedEvenIfDisabled) {
  LoopWithGate t;
  RunIn(t.loop, [&] {
    kernel::ThreadJoin(
        StartClient([&] { EXPECT_EQ(t.gate->attemptAction(&Answer42), kIOReturnCannotLock); }));
    t.gate->disable();
    kernel::ThreadJoin(
        StartClient([&] { EXPECT_EQ(t.gate->attemptAction(&Answer42), kIOReturnCannotLock); }));
    return kIOReturnSuccess;
  });
}

DRYDOCK_TEST(IOCommandGate, CG8HolderMayAttempt) {
  LoopWithGate t;
  EXPECT_EQ(RunIn(t.loop, [&] { return t.gate->attemptAction(&Answer42); }), 42);
}

DRYDOCK_TEST(IOCommandGate, CG9DisabledGateNeverStallsTheLoop) {
  LoopWithGate t;
  std::string log;
  IOReturn ran = 0, attempted = 0;
  PolledSource* source = PolledSource::Make(t.owner, &log, 'a', [&] {
    ran = t.gate->runAction(&Answer42);
    attempted = t.gate->attemptAction(&Answer42);
    return false;
  });
  t.loop->addEventSource(source);
  t.Disable();
  source->signalWorkAvailable();
  WaitUntil([&] { return attempted != 0; });
  EXPECT_EQ(ran, 42);
  EXPECT_EQ(attempted, 42);
  t.loop->removeEventSource(source);
  source->release();
}

struct TimerTest {
  LoopWithGate* t;
  bool parking = false;
  IOReturn result = 0;
};

void RunGateFromTimer(OSObject*, IOTimerEventSource* sender) {
  auto* test = static_cast<TimerTest*>(sender->getRefcon());
  test->parking = true;
  test->result = test->t->gate->runAction(&Answer42);
}

DRYDOCK_TEST(IOCommandGate, CG10DefaultTimersActionParksAndGivesUpTheGate) {
  LoopWithGate t;
  TimerTest test{&t};
  IOTimerEventSource* timer = IOTimerEventSource::timerEventSource(t.owner, &RunGateFromTimer);
  timer->setRefcon(&test);
  t.loop->addEventSource(timer);
  t.Disable();
  timer->setTimeoutUS(10);
  WaitUntil([&] { return t.gate->parked() == 1; });
  EXPECT_TRUE(test.parking);
  EXPECT_EQ(RunIn(t.loop, [] { return 7; }), 7);  // others get in
  EXPECT_EQ(test.result, 0);
  t.gate->enable();
  WaitUntil([&] { return test.result != 0; });
  EXPECT_EQ(test.result, 42);
  timer->cancelTimeout();
  t.loop->removeEventSource(timer);
  timer->release();
}

DRYDOCK_TEST(IOCommandGate, CG12TerminatedCallerIsAborted) {
  LoopWithGate t;
  t.Disable();
  IOReturn result = 0;
  kernel::Thread* client = t.StartParkedClient(&result);
  kernel::ThreadAbort(client, /*safely=*/false);
  kernel::ThreadJoin(client);
  EXPECT_EQ(result, kIOReturnAborted);
  EXPECT_EQ(t.gate->parked(), 0);
}

DRYDOCK_TEST(IOCommandGate, CG14UngatedDisableWorksAndIsOneFinding) {
  Findings findings;
  LoopWithGate t;
  t.gate->disable();
  EXPECT_FALSE(t.gate->isEnabled());
  EXPECT_EQ(findings.Count("command-gate-disabled-outside-gate"), 1);
  EXPECT_EQ(findings.Total(), 1);
}

DRYDOCK_TEST(IOCommandGate, CG29ActionsNest) {
  LoopWithGate t;
  EXPECT_EQ(RunIn(t.gate, [&] { return t.gate->runAction(&Answer42) + 1; }), 43);
}

DRYDOCK_TEST(IOCommandGate, EnableLetsAllParkedCallersGo) {
  LoopWithGate t;
  t.Disable();
  std::vector<int> order;
  std::vector<kernel::Thread*> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(StartClient([&t, &order, i] {
      RunIn(t.gate, [&] {
        order.push_back(i);
        return kIOReturnSuccess;
      });
    }));
    WaitUntil([&] { return t.gate->parked() == i + 1; });
  }
  t.gate->enable();
  for (kernel::Thread* client : clients) kernel::ThreadJoin(client);
  EXPECT_EQ(order.size(), 3u);  // all of them; their order depends on the schedule
}

DRYDOCK_TEST(IOCommandGate, ActionsPublishWhoseTheyAre) {
  LoopWithGate t;
  EventCount begins(trace::EventKind::kActionBegin);
  EventCount ends(trace::EventKind::kActionEnd);
  EXPECT_EQ(t.gate->runAction(&Answer42), 42);
  EXPECT_EQ(begins.count(), 1);
  EXPECT_EQ(ends.count(), 1);
}

DRYDOCK_TEST_2003(IOCommandGate, HX1DisabledGateRefusesEverybodyAtOnce) {
  LoopWithGate t(&Answer42);
  const auto refused = [&] {
    EXPECT_EQ(t.gate->runAction(&Answer42), kIOReturnNotPermitted);
    EXPECT_EQ(t.gate->runAction(nullptr), kIOReturnNotPermitted);
    EXPECT_EQ(t.gate->runCommand(), kIOReturnNotPermitted);
    EXPECT_EQ(t.gate->attemptAction(&Answer42), kIOReturnNotPermitted);
    EXPECT_EQ(t.gate->attemptAction(nullptr), kIOReturnNotPermitted);
    EXPECT_EQ(t.gate->attemptCommand(), kIOReturnNotPermitted);
    return false;
  };
  EXPECT_EQ(t.gate->runAction(nullptr), kIOReturnBadArgument);
  t.gate->disable();
  refused();
  // The loop's own thread is no exception.
  bool asked = false;
  std::string log;
  PolledSource* source = PolledSource::Make(t.owner, &log, 's', [&] {
    EXPECT_TRUE(t.loop->onThread());
    asked = true;
    return refused();
  });
  t.loop->addEventSource(source);
  source->signalWorkAvailable();
  WaitUntil([&] { return asked; });
  t.loop->removeEventSource(source);
  source->release();
  t.gate->enable();
  EXPECT_EQ(t.gate->runCommand(), 42);
}

DRYDOCK_TEST_2003(IOCommandGate, HX1CallerThatWaitsForTheGateWhileItIsDisabledRunsAllTheSame) {
  AllowSleepInGate();
  LoopWithGate t;
  IOReturn result = 0;
  kernel::Thread* client = nullptr;
  RunIn(t.loop, [&] {
    EventCount contentions(trace::EventKind::kLockContend);
    client = StartClient([&] { result = t.gate->runAction(&Answer42); });
    WaitUntil([&] { return contentions.count() == 1; });
    t.gate->disable();
    return kIOReturnSuccess;
  });
  kernel::ThreadJoin(client);
  EXPECT_EQ(result, 42);
}

DRYDOCK_TEST_2003(IOCommandGate, HX2NoStoredActionIsNoResources) {
  LoopWithGate t;
  EXPECT_EQ(t.gate->runCommand(), kIOReturnNoResources);
  t.gate->disable();
  EXPECT_EQ(t.gate->runCommand(), kIOReturnNotPermitted);
}

DRYDOCK_TEST_2003(IOCommandGate, DetachedGateOf2003IsAFinding) {
  Findings findings;
  TestOwner* owner = TestOwner::Make();
  IOCommandGate* gate = IOCommandGate::commandGate(owner);
  EXPECT_EQ(gate->runAction(&Answer42), kIOReturnNotReady);
  EXPECT_EQ(findings.Count("gate-of-detached-source"), 1);
  gate->release();
  owner->release();
}

}  // namespace
}  // namespace drydock
