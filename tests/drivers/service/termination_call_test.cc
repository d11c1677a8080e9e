// Teardown over the tree P <- A <- B <- C: what has happened when terminate() returns, synchronous
// or not, once or twice, from a gate or not. (service.md 8)
#include <string>

#include <IOKit/IOService.h>

#include "explore/random_walk.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/simulation.h"
#include "tests/drivers/service/service_fixture.h"
#include "tests/drivers/service/tree.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace drydock::testing {
namespace {

DRYDOCK_TEST(Termination, TD1AllInactiveOnReturnAndNothingStopped) {
  Tree tree;
  tree.a->retain(), tree.b->retain(), tree.c->retain();
  EXPECT_TRUE(tree.a->terminate());
  EXPECT_TRUE(tree.a->isInactive());
  EXPECT_TRUE(tree.b->isInactive());
  EXPECT_TRUE(tree.c->isInactive());
  EXPECT_FALSE(tree.p->isInactive());
  tree.Settle();
  tree.a->release(), tree.b->release(), tree.c->release();
}

DRYDOCK_TEST(Termination, TD18ASecondTerminateChangesNothing) {
  Tree tree;
  tree.a->retain();
  kernel::Thread* other =
      kernel::ThreadStart({.name = "other"}, [&] { EXPECT_TRUE(tree.a->terminate()); });
  EXPECT_TRUE(tree.a->terminate());
  kernel::ThreadJoin(other);
  tree.Settle();
  int wills = 0, stops = 0;
  for (const std::string& line : tree.journal) {
    wills += line.find("B.willTerminate") == 0 ? 1 : 0;
    stops += line.find("A.stop") == 0 ? 1 : 0;
  }
  EXPECT_EQ(wills, 1);
  EXPECT_EQ(stops, 1);
  tree.a->release();
}

DRYDOCK_TEST(Termination, TD19ASecondSynchronousTerminateDoesNotWait) {
  Tree tree;
  const Keep keep(tree.c);
  ASSERT_TRUE(tree.b->open(tree.c));
  tree.a->terminate();
  const kernel::Time before = kernel::Now();
  EXPECT_TRUE(tree.a->terminate(kIOServiceSynchronous));
  EXPECT_LT(kernel::Now() - before, kernel::kSecond);
  EXPECT_TRUE(tree.a->isParent(tree.p, gIOServicePlane));
  tree.b->close(tree.c);
  tree.Settle();
}

DRYDOCK_TEST(Termination, TD20SynchronousTerminateReturnsWhenItIsDone) {
  Tree tree;
  tree.a->retain(), tree.b->retain();
  EXPECT_TRUE(tree.a->terminate(kIOServiceSynchronous));
  EXPECT_EQ(tree.a->getBusyState(), 0u);
  EXPECT_FALSE(tree.a->isParent(tree.p, gIOServicePlane));
  EXPECT_EQ(tree.b->last_options, 7u);  // (TD-44)
  tree.a->release(), tree.b->release();
}

DRYDOCK_TEST(Termination, TD21SynchronousTerminateGivesUpAfterFifteenSeconds) {
  Tree tree;
  tree.c->retain();
  ASSERT_TRUE(tree.b->open(tree.c));
  const kernel::Time before = kernel::Now();
  EXPECT_TRUE(tree.a->terminate(kIOServiceSynchronous));
  EXPECT_GE(kernel::Now() - before, 15 * kernel::kSecond);
  EXPECT_LT(kernel::Now() - before, 16 * kernel::kSecond);
  EXPECT_TRUE(tree.a->isParent(tree.p, gIOServicePlane));
  tree.b->close(tree.c);
  tree.Settle();
  tree.c->release();
}

DRYDOCK_TEST(Termination, TD22OnTheTerminateThreadSynchronousIsAsynchronous) {
  Tree tree;
  RecordingService* x = tree.Make("X", tree.p);
  const Keep keep(x);
  tree.c->hook = [&](const std::string& call) {
    if (call != "stop(B)") return;
    EXPECT_TRUE(x->terminate(kIOServiceSynchronous));
    EXPECT_TRUE(x->isInactive());
    EXPECT_TRUE(x->isParent(tree.p, gIOServicePlane));
  };
  tree.a->terminate();
  tree.Settle();
  EXPECT_FALSE(x->isParent(tree.p, gIOServicePlane));
  EXPECT_EQ(x->last_options, 1u);
}

DRYDOCK_TEST(Termination, TD23InTheGatePhase1CompletesAndTheRestWaitsForTheGate) {
  Tree tree;
  AllowSleepInGate();
  const Keep keep_a(tree.a), keep_c(tree.c);
  RunIn(tree.a->loop, [&] {
    EXPECT_TRUE(tree.a->terminate());
    EXPECT_TRUE(tree.c->isInactive());
    kernel::Sleep(10 * kernel::kMillisecond);
    EXPECT_FALSE(tree.Has("B.willTerminate"));
    return kIOReturnSuccess;
  });
  tree.Settle();
  EXPECT_TRUE(tree.Has("A.stop(P)"));
}

// The caller holds the gate that the terminate thread waits for, and waits for the terminate
// thread.
TEST(Termination, TD24SynchronousTerminateInAGateThatTheTerminateThreadWaitsForIsADeadlock) {
  for (uint64_t seed = 0; seed <= 200; ++seed) {
    RandomWalk random(seed);
    TimedStrategy timed;
    Strategy* strategy = seed == 0 ? static_cast<Strategy*>(&timed) : &random;
    const Outcome outcome = Simulation({}, strategy).Run([] {
      Journal journal;
      BootedPlatform platform;
      RecordingService* a = RecordingService::Make("A", platform.service(), &journal);
      RecordingService::Make("B", a, &journal);
      RecordingService* x = RecordingService::Make("X", platform.service(), &journal);
      RunIn(a->loop, [&] {
        a->terminate();
        kernel::Sleep(10 * kernel::kMillisecond);  // the terminate thread comes to wait
        x->terminate(kIOServiceSynchronous);
        return kIOReturnSuccess;
      });
    });
    ASSERT_EQ(outcome.kind, Outcome::Kind::kBlocked);
    ASSERT_EQ(outcome.findings.size(), 1u);
    EXPECT_EQ(outcome.findings[0].name, "deadlock");
    EXPECT_EQ(
        outcome.findings[0].sentence,
        "main, in an action of unnamed work loop, waits for lock role of the terminate thread, "
        "held by IOServiceTerminateThread, which waits for lock IORecursiveLock, held by "
        "main");
  }
}

DRYDOCK_TEST(Termination, TD26NothingAttachesToOrOpensAnInactiveService) {
  Tree tree;
  tree.a->retain();
  tree.a->terminate();
  RecordingService* late = RecordingService::MakeDetached("late", &tree.journal);
  EXPECT_FALSE(late->attach(tree.a));
  EXPECT_FALSE(tree.a->open(late));
  late->release();
  tree.Settle();
  tree.a->release();
}

DRYDOCK_TEST(Termination, TD32WithRematchTheProviderIsRegisteredAfterTheDetach) {
  Tree tree;
  EventCount registered(trace::EventKind::kServiceRegister);
  EventCount detached(trace::EventKind::kServiceDetach);
  const trace::ObjectId p = ObjectIdOf(tree.p);
  tree.a->terminate(kIOServiceTerminateWithRematch);
  tree.Pause();
  tree.Settle();
  EXPECT_EQ(registered.count(), 1);
  EXPECT_EQ(registered.last().object, p);
  EXPECT_EQ(detached.count(), 3);  // that of A is the last
  EXPECT_GE(registered.last().time_ns, detached.last().time_ns);
}

DRYDOCK_TEST(Termination, TD44AsynchronousOptionsAreOne) {
  Tree tree;
  tree.b->retain();
  tree.a->terminate();
  tree.Settle();
  EXPECT_EQ(tree.b->last_options, 1u);
  tree.b->release();
}

}  // namespace
}  // namespace drydock::testing
