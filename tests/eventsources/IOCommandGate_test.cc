// tests/eventsources/IOCommandGate_test.cc
#include <IOKit/IOCommandGate.h>
#include <IOKit/IOTimerEventSource.h>

#include "scheduler/simulation.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace drydock {

// A command gate that tells how many callers are parked on it.
class TestGate : public IOCommandGate {
  OSDeclareDefaultStructors(TestGate)

 public:
  int parked() const { return static_cast<int>(reserved->parked); }
};
OSDefineMetaClassAndStructors(TestGate, IOCommandGate)

namespace {

using kernel::kMillisecond;

IOReturn Answer42(OSObject*, void*, void*, void*, void*) { return 42; }

// A loop with a gate attached; both go at the end, if the test has not let go of them.
struct LoopWithGate {
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make();
  TestGate* gate = new TestGate;

  explicit LoopWithGate(IOCommandGate::Action action = nullptr) {
    EXPECT_TRUE(gate->init(owner, action));
    EXPECT_EQ(loop->addEventSource(gate), kIOReturnSuccess);
  }
  ~LoopWithGate() {
    if (loop != nullptr) ReleaseAndJoin(loop);
    gate->release();
    owner->release();
  }

  IOReturn Attempt(std::function<IOReturn()> body) {
    return gate->attemptAction(&CallFunction, &body);
  }
  // The same when another thread may be on its way out of the gate: again, until it is free.
  IOReturn AttemptWhenFree(std::function<IOReturn()> body) {
    IOReturn result = kIOReturnCannotLock;
    WaitUntil([&] { return (result = Attempt(body)) != kIOReturnCannotLock; });
    return result;
  }
  void Disable() {
    RunIn(loop, [&] {
      gate->disable();
      return kIOReturnSuccess;
    });
  }
  // Starts a client that runs an action which returns 42, and waits until it is parked as the
  // `nth`.
  kernel::Thread* StartParkedClient(IOReturn* result, int nth = 1) {
    kernel::Thread* client = StartClient([this, result] { *result = gate->runAction(&Answer42); });
    WaitUntil([&] { return gate->parked() == nth; });
    return client;
  }
  // Starts a client whose action sleeps on `event` and then returns 42, and waits until it sleeps
  // as the `nth`.
  kernel::Thread* StartSleepingClient(void* event, IOReturn* result, int nth = 1) {
    kernel::Thread* client = StartClient([this, event, result] {
      *result = RunIn(gate, [&] {
        EXPECT_EQ(gate->commandSleep(event, THREAD_UNINT), THREAD_AWAKENED);
        return 42;
      });
    });
    WaitUntil([&] { return loop->sleepers() == nth; });
    return client;
  }
};

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

DRYDOCK_TEST(IOCommandGate, CG11RemovalAbortsAllWhoAreParked) {
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

DRYDOCK_TEST(IOCommandGate, CG14UngatedDisableWorksAndIsOneFinding) {
  Findings findings;
  LoopWithGate t;
  t.gate->disable();
  EXPECT_FALSE(t.gate->isEnabled());
  EXPECT_EQ(findings.Count("command-gate-disabled-outside-gate"), 1);
  EXPECT_EQ(findings.Total(), 1);
}

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

DRYDOCK_TEST(IOCommandGate, CG22CG23CG24RemovalWaitsForASleepingAction) {
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

// Who removes the gate waits for the parked caller to leave; the action that ends meanwhile must
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

DRYDOCK_TEST(IOCommandGate, CG29ActionsNest) {
  LoopWithGate t;
  EXPECT_EQ(RunIn(t.gate, [&] { return t.gate->runAction(&Answer42) + 1; }), 43);
}

DRYDOCK_TEST(IOCommandGate, CG30FreedLoopAbortsWhoIsParked) {
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

DRYDOCK_TEST(IOCommandGate, SleepOnADetachedGateIsAFinding) {
  Findings findings;
  LoopWithGate t;
  t.loop->removeEventSource(t.gate);
  EXPECT_EQ(t.gate->commandSleep(&findings, THREAD_UNINT), kIOReturnNotReady);
  EXPECT_EQ(findings.Count("sleep-on-detached-source"), 1);
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
  EXPECT_EQ(order.size(), 3u);  // all; who gets the gate first is a matter of the schedule
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

DRYDOCK_TEST_2003(IOCommandGate, HX1OneWhoWaitsForTheGateWhileItIsDisabledRunsAllTheSame) {
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

DRYDOCK_TEST_2003(IOCommandGate, HX3SleepWithoutTheGateIsNotPermitted) {
  LoopWithGate t;
  int event = 0;
  EXPECT_EQ(t.gate->commandSleep(&event, THREAD_UNINT), kIOReturnNotPermitted);
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
