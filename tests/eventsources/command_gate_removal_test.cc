// Command gates: removed from their loop while a caller runs, sleeps or is parked; added again;
// freed.
#include <IOKit/IOCommandGate.h>

#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drydock_test.h"
#include "tests/eventsources/command_gate_fixture.h"
#include "tests/workloop/fixtures.h"

namespace drydock {
namespace {

using kernel::kMillisecond;

DRYDOCK_TEST(IOCommandGate, CG11RemovalAbortsAllParkedCallers) {
  LoopWithGate t;
  t.Disable();
  IOReturn first_result = 0, second_result = 0;
  kernel::Thread* first = t.StartParkedClient(&first_result, 1);
  kernel::Thread* second = t.StartParkedClient(&second_result, 2);
  EXPECT_EQ(t.loop->removeEventSource(t.gate), kIOReturnSuccess);
  EXPECT_EQ(t.gate->getWorkLoop(), nullptr);
  kernel::ThreadJoin(first);
  kernel::ThreadJoin(second);
  EXPECT_EQ(first_result, kIOReturnAborted);
  EXPECT_EQ(second_result, kIOReturnAborted);
}

DRYDOCK_TEST(IOCommandGate, CG13EnablingADetachedGateDoesNothing) {
  LoopWithGate t;
  t.loop->removeEventSource(t.gate);
  t.gate->enable();
  EXPECT_FALSE(t.gate->isEnabled());
  t.loop->addEventSource(t.gate);
  EXPECT_EQ(t.gate->attemptAction(&Answer42), kIOReturnNotPermitted);
  t.gate->enable();
  EXPECT_EQ(t.AttemptWhenFree([] { return 42; }), 42);
}

DRYDOCK_TEST(IOCommandGate, CG22AndCG23AndCG24RemovalWaitsForASleepingAction) {
  LoopWithGate t;
  int event = 0;
  IOReturn result = 0;
  kernel::Thread* sleeper = t.StartSleepingClient(&event, &result);
  // CG-22: removed from the chain and released, but neither detached nor disabled.
  EXPECT_EQ(t.loop->removeEventSource(t.gate), kIOReturnSuccess);
  EXPECT_EQ(t.gate->getRetainCount(), 1);
  EXPECT_EQ(t.gate->getWorkLoop(), t.loop);
  EXPECT_TRUE(t.gate->isEnabled());
  // CG-23
  EXPECT_EQ(t.gate->runAction(&Answer42), 42);
  EXPECT_EQ(t.gate->getWorkLoop(), t.loop);
  EXPECT_EQ(t.loop->removeEventSource(t.gate), kIOReturnBadArgument);
  EXPECT_EQ(t.loop->addEventSource(t.gate), kIOReturnSuccess);
  EXPECT_EQ(t.gate->getRetainCount(), 1);
  // CG-24
  t.gate->commandWakeup(&event);
  kernel::ThreadJoin(sleeper);
  EXPECT_EQ(result, 42);
  EXPECT_EQ(t.gate->getWorkLoop(), nullptr);
  EXPECT_FALSE(t.gate->isEnabled());
}

DRYDOCK_TEST(IOCommandGate, CG25RemovalInItsOwnActionIsDeferred) {
  LoopWithGate t;
  EXPECT_EQ(RunIn(t.gate,
                  [&] {
                    EXPECT_EQ(t.loop->removeEventSource(t.gate), kIOReturnSuccess);
                    EXPECT_EQ(t.gate->getWorkLoop(), t.loop);
                    return 42;
                  }),
            42);
  EXPECT_EQ(t.gate->getWorkLoop(), nullptr);
}

DRYDOCK_TEST(IOCommandGate, CG26RemovalInItsOwnAttemptIsNotDeferred) {
  LoopWithGate t;
  EXPECT_EQ(t.Attempt([&] {
    EXPECT_EQ(t.loop->removeEventSource(t.gate), kIOReturnSuccess);
    EXPECT_EQ(t.gate->getWorkLoop(), nullptr);
    return 42;
  }),
            42);
}

DRYDOCK_TEST(IOCommandGate, CG27CallerThatWaitsForTheGateWhileItIsRemovedIsAborted) {
  AllowSleepInGate();
  LoopWithGate t;
  kernel::Thread* client = nullptr;
  RunIn(t.loop, [&] {
    EventCount contended(trace::EventKind::kLockContend);
    client = StartClient([&] {
      EXPECT_EQ(t.gate->runAction(&Answer42), kIOReturnAborted);
      EXPECT_EQ(t.gate->runAction(&Answer42), kIOReturnNotReady);
    });
    WaitUntil([&] { return contended.count() > 0; });
    EXPECT_EQ(t.loop->removeEventSource(t.gate), kIOReturnSuccess);
    return kIOReturnSuccess;
  });
  kernel::ThreadJoin(client);
}

DRYDOCK_TEST(IOCommandGate, CG28CallerParkedDuringADeferredRemovalIsForgotten) {
  Findings findings;
  LoopWithGate t;
  int event = 0;
  IOReturn sleeper_result = 0, client_result = 0;
  kernel::Thread* sleeper = t.StartSleepingClient(&event, &sleeper_result);
  EXPECT_EQ(t.loop->removeEventSource(t.gate), kIOReturnSuccess);
  t.Disable();
  kernel::Thread* client = t.StartParkedClient(&client_result);
  t.gate->commandWakeup(&event);
  kernel::ThreadJoin(sleeper);
  kernel::Sleep(kMillisecond);
  EXPECT_EQ(t.gate->getWorkLoop(), nullptr);
  EXPECT_EQ(t.gate->parked(), 1);
  EXPECT_EQ(client_result, 0);
  EXPECT_EQ(findings.Count("caller-parked-on-removed-gate"), 1);
  kernel::ThreadAbort(client, /*safely=*/false);
  kernel::ThreadJoin(client);
  EXPECT_EQ(client_result, kIOReturnAborted);
}

// The remover waits for the parked caller to leave; the action that ends meanwhile must
// not take that one for forgotten.
DRYDOCK_TEST(IOCommandGate, AnActionMayEndWhileRemovalSendsParkedCallersAway) {
  LoopWithGate t;
  int event = 0;
  IOReturn sleeper_result = 0, client_result = 0;
  kernel::Thread* sleeper = t.StartSleepingClient(&event, &sleeper_result);
  t.Disable();
  kernel::Thread* client = t.StartParkedClient(&client_result);
  RunIn(t.loop, [&] {
    t.gate->commandWakeup(&event);
    return t.loop->removeEventSource(t.gate);
  });
  kernel::ThreadJoin(sleeper);
  kernel::ThreadJoin(client);
  EXPECT_EQ(client_result, kIOReturnAborted);
  EXPECT_EQ(t.gate->getWorkLoop(), nullptr);
  EXPECT_FALSE(t.gate->isEnabled());
}

DRYDOCK_TEST(IOCommandGate, CG30FreedLoopAbortsParkedCallers) {
  LoopWithGate t;
  t.Disable();
  IOReturn result = 0;
  kernel::Thread* client = t.StartParkedClient(&result);
  ReleaseAndJoin(t.loop);
  t.loop = nullptr;
  kernel::ThreadJoin(client);
  EXPECT_EQ(result, kIOReturnAborted);
  EXPECT_EQ(t.gate->getWorkLoop(), nullptr);
}

DRYDOCK_TEST(IOCommandGate, WL11RemovalWaitsForTheActionOfAClient) {
  AllowSleepInGate();
  LoopWithGate t;
  bool inside = false, finished = false;
  kernel::Thread* client = StartClient([&] {
    RunIn(t.gate, [&] {
      inside = true;
      kernel::Sleep(kMillisecond);
      finished = true;
      return kIOReturnSuccess;
    });
  });
  WaitUntil([&] { return inside; });
  EXPECT_EQ(t.loop->removeEventSource(t.gate), kIOReturnSuccess);
  EXPECT_TRUE(finished);
  kernel::ThreadJoin(client);
}

DRYDOCK_TEST(IOCommandGate, EV3ReAddedGateStaysDisabled) {
  Findings findings;
  LoopWithGate t;
  t.loop->removeEventSource(t.gate);
  EXPECT_FALSE(t.gate->isEnabled());
  t.loop->addEventSource(t.gate);
  EXPECT_FALSE(t.gate->isEnabled());
  EXPECT_EQ(t.gate->attemptAction(&Answer42), kIOReturnNotPermitted);
  EXPECT_EQ(findings.Advice("source-not-enabled-after-re-add"), 1);
  IOReturn result = 0;
  kernel::Thread* client = t.StartParkedClient(&result);
  EXPECT_EQ(findings.Advice("source-not-enabled-after-re-add"), 2);
  t.gate->enable();
  kernel::ThreadJoin(client);
  EXPECT_EQ(result, 42);
}

DRYDOCK_TEST(IOCommandGate, FreedInItsOwnActionIsAFinding) {
  Findings findings;
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make();
  auto* gate = new TestGate;
  ASSERT_TRUE(gate->init(owner));
  loop->addEventSource(gate);
  gate->release();  // now the loop alone retains it
  EXPECT_EQ(RunIn(gate,
                  [&] {
                    EXPECT_EQ(loop->removeEventSource(gate), kIOReturnSuccess);
                    return 42;
                  }),
            42);
  EXPECT_EQ(findings.Count("event-source-freed-in-action"), 1);
  EXPECT_FALSE(loop->inGate());
  ReleaseAndJoin(loop);
  owner->release();
}

DRYDOCK_TEST_2003(IOCommandGate, RemovalOf2003IsNeverDeferred) {
  Findings findings;
  LoopWithGate t;
  RunIn(t.gate, [&] {
    EXPECT_EQ(t.loop->removeEventSource(t.gate), kIOReturnSuccess);
    EXPECT_EQ(t.gate->getWorkLoop(), nullptr);
    return kIOReturnSuccess;
  });
  EXPECT_EQ(findings.Count("command-gate-removed-during-action"), 1);
}

}  // namespace
}  // namespace drydock
