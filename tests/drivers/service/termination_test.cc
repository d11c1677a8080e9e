// Teardown over the tree P <- A <- B <- C, which the statements of service.md section 8 are about.
#include "drivers/service/termination.h"

#include <initializer_list>
#include <string>
#include <vector>

#include <IOKit/IOCommandGate.h>
#include <IOKit/IONotifier.h>
#include <IOKit/IOService.h>

#include "drivers/service/owned.h"
#include "explore/random_walk.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drivers/service/service_fixture.h"
#include "tests/drivers/service/tree.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace drydock::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

const char* const kReferenceTrace[] = {
    "A.terminate",
    "B.terminate",
    "C.terminate",
    "B.willTerminate(A) in A",
    "C.willTerminate(B) in B",
    "C.isTerminated(B) in B",
    "C.didTerminate(B) in B",
    "B.isTerminated(A) in A",
    "B.didTerminate(A) in A",
    "C.finalize in C",
    "C.stop(B) in B",
    "C.detach(B) in B",
    "B.finalize in B",
    "B.stop(A) in A",
    "B.detach(A) in A",
    "A.finalize in A",
    "A.stop(P) in P",
    "A.detach(P) in P",
    "C.free",
    "B.free",
    "A.free",
};

// Section 4.8 to the letter: order and gates.
DRYDOCK_TEST(Termination, TD3AndTD4AndTD10AndTD11ReferenceTraceWithNothingOpen) {
  Tree tree;
  EXPECT_TRUE(tree.a->terminate());
  tree.Settle();
  kernel::Sleep(kernel::kMillisecond);  // the pass lets go of its victims
  EXPECT_THAT(tree.journal, ElementsAreArray(kReferenceTrace));
  EXPECT_EQ(tree.p->getClient(), nullptr);
}

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

DRYDOCK_TEST(Termination, TD2AnOpenClientIsNoReasonToRefuse) {
  for (const IOOptionBits options : std::initializer_list<IOOptionBits>{0, kIOServiceRequired}) {
    Tree tree;
    const Keep keep(tree.b);
    ASSERT_TRUE(tree.a->open(tree.b));
    EXPECT_TRUE(tree.a->terminate(options));
    EXPECT_TRUE(tree.a->isInactive());
    tree.a->close(tree.b);
    tree.Settle();
  }
}

DRYDOCK_TEST(Termination, TD12AnOpenClientParksItsBranch) {
  Tree tree;
  tree.c->retain();
  ASSERT_TRUE(tree.b->open(tree.c));
  EXPECT_TRUE(tree.a->terminate());
  EXPECT_EQ(tree.p->waitQuiet(100 * kernel::kMillisecond), kIOReturnTimeout);
  EXPECT_TRUE(tree.Has("C.requestingClose(B)"));
  EXPECT_TRUE(tree.Has("C.finalize"));
  EXPECT_FALSE(tree.Has("C.stop"));
  EXPECT_FALSE(tree.Has("B.stop"));
  EXPECT_TRUE(tree.a->isParent(tree.p, gIOServicePlane));
  EXPECT_TRUE(tree.b->isParent(tree.a, gIOServicePlane));
  EXPECT_GE(tree.a->getBusyState(), 1u);
  tree.b->close(tree.c);
  tree.Settle();
  tree.c->release();
}

DRYDOCK_TEST(Termination, TD13ALateCloseResumesTheBranchAndIsNotAnnounced) {
  Tree tree;
  const Keep keep(tree.c);
  RecordingService* other = tree.Make("O", tree.b);
  const Keep keep_other(other);
  other->defer = true;  // still there when C closes
  ASSERT_TRUE(tree.b->open(tree.c));
  tree.a->terminate();
  tree.Pause();
  EXPECT_FALSE(tree.Has("C.stop"));
  tree.b->close(tree.c);
  tree.Pause();
  EXPECT_TRUE(tree.Has("C.stop(B) in B"));
  bool defer = false;
  other->IOService::didTerminate(tree.b, 0, &defer);
  tree.Settle();
  EXPECT_TRUE(
      tree.InOrder({"C.stop(B)", "B.finalize", "B.stop(A)", "A.finalize", "A.stop(P) in P"}));
  EXPECT_FALSE(tree.Has("C.wasClosed"));
  EXPECT_FALSE(tree.Has("O.wasClosed"));
}

DRYDOCK_TEST(Termination, TD14AClientThatClosesWhenAskedIsStopped) {
  Tree tree;
  ASSERT_TRUE(tree.b->open(tree.c));
  tree.c->close_when_asked = true;
  tree.a->terminate();
  tree.Settle();
  EXPECT_TRUE(tree.Has("C.requestingClose(B)"));
  EXPECT_TRUE(tree.Has("A.stop(P)"));
}

DRYDOCK_TEST(Termination, TD15AClientMayCloseInWillTerminate) {
  Tree tree;
  tree.Make("O", tree.b);
  ASSERT_TRUE(tree.b->open(tree.c));
  tree.c->close_in_will = true;
  tree.a->terminate();
  tree.Settle();
  EXPECT_FALSE(tree.Has("C.requestingClose"));
  EXPECT_TRUE(tree.InOrder({"O.wasClosed(B)", "C.didTerminate(B)", "C.stop(B)", "A.stop(P)"}));
}

DRYDOCK_TEST(Termination, TD16ADeferredClientWaitsForItsOwnDidTerminate) {
  Tree tree;
  const Keep keep_b(tree.b), keep_c(tree.c);
  tree.c->defer = true;
  tree.a->terminate();
  EXPECT_EQ(tree.p->waitQuiet(100 * kernel::kMillisecond), kIOReturnTimeout);
  EXPECT_FALSE(tree.Has("C.stop"));
  bool defer = false;
  for (int i = 0; i < 2; ++i) tree.c->IOService::didTerminate(tree.b, 0, &defer);
  tree.Settle();
  int stops = 0;
  for (const std::string& line : tree.journal) stops += line.find("C.stop") == 0 ? 1 : 0;
  EXPECT_EQ(stops, 1);  // (TD-45)
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

DRYDOCK_TEST(Termination, TD44AsynchronousOptionsAreOne) {
  Tree tree;
  tree.b->retain();
  tree.a->terminate();
  tree.Settle();
  EXPECT_EQ(tree.b->last_options, 1u);
  tree.b->release();
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

DRYDOCK_TEST(Termination, TD27AClientWithAnotherProviderLivesOn) {
  Tree tree;
  RecordingService* d = RecordingService::Make("D", tree.a, &tree.journal);
  RecordingService* q = RecordingService::Make("Q", tree.platform.service(), &tree.journal);
  ASSERT_TRUE(d->attach(q));
  tree.a->terminate();
  tree.Settle();
  EXPECT_FALSE(d->isInactive());
  EXPECT_TRUE(tree.Has("D.willTerminate(A) in A"));
  EXPECT_TRUE(tree.Has("D.didTerminate(A) in A"));
  EXPECT_TRUE(tree.Has("D.stop(A) in A"));
  EXPECT_EQ(d->getProvider(), q);
  EXPECT_TRUE(d->isParent(q, gIOServicePlane, true));
}

DRYDOCK_TEST(Termination, TD28AClientMaySurviveTheRequestAndIsToldAllTheSame) {
  Tree tree;
  tree.b->retain();
  tree.b->survive = true;
  tree.a->terminate();
  tree.Settle();
  EXPECT_FALSE(tree.b->isInactive());
  EXPECT_FALSE(tree.c->isInactive());
  EXPECT_TRUE(tree.Has("B.willTerminate(A)"));
  EXPECT_TRUE(tree.Has("B.didTerminate(A)"));
  EXPECT_TRUE(tree.Has("B.stop(A)"));
  EXPECT_FALSE(tree.Has("C.willTerminate"));
  tree.c->detach(tree.b);
  tree.b->release();
}

DRYDOCK_TEST(Termination, TD30BusyReturnsToWhatItWas) {
  Tree tree;
  EXPECT_EQ(tree.p->getBusyState(), 0u);
  tree.c->retain();
  ASSERT_TRUE(tree.b->open(tree.c));
  tree.a->terminate();
  EXPECT_EQ(tree.p->getBusyState(), 1u);
  kernel::Sleep(10 * kernel::kMillisecond);
  tree.b->close(tree.c);
  tree.Settle();
  EXPECT_EQ(tree.p->getBusyState(), 0u);
  tree.c->release();
}

DRYDOCK_TEST(Termination, TD37TheRootVictimsOwnOpenIsClosedForIt) {
  Tree tree;
  ASSERT_TRUE(tree.p->open(tree.a));
  tree.a->terminate();
  tree.Settle();
  EXPECT_FALSE(tree.Has("A.requestingClose"));
  EXPECT_FALSE(tree.Has("A.willTerminate"));
  EXPECT_TRUE(tree.Has("A.stop(P) in P"));
  EXPECT_FALSE(tree.p->isOpen());
}

DRYDOCK_TEST(Termination, TD43ClosingResumesADeferredClient) {
  Tree tree;
  tree.c->retain();
  tree.c->defer = true;
  ASSERT_TRUE(tree.b->open(tree.c));
  tree.a->terminate();
  kernel::Sleep(10 * kernel::kMillisecond);
  EXPECT_FALSE(tree.Has("C.stop"));
  tree.b->close(tree.c);
  tree.Settle();
  EXPECT_TRUE(tree.Has("C.stop(B)"));
  tree.c->release();
}

// --- What is told, to whom, where.

DRYDOCK_TEST(Termination, TD5OnRequestTheVictimItselfIsToldOfItsProvider) {
  Tree tree;
  tree.a->terminate(0x100);
  tree.Settle();
  EXPECT_TRUE(
      tree.InOrder({"A.willTerminate(P) in A", "B.willTerminate(A)", "C.didTerminate(B)",
                    "B.didTerminate(A)", "A.didTerminate(P) in A", "C.finalize", "A.stop(P)"}));
  EXPECT_EQ(tree.Count("A.stop"), 1);
}

DRYDOCK_TEST(Termination, TD7IsTerminatedComesRightBeforeDidTerminateWithTheWorkersOptions) {
  Tree tree;
  const Keep keep(tree.c);
  tree.a->terminate();
  tree.Settle();
  EXPECT_EQ(tree.At("C.isTerminated(B)") + 1, tree.At("C.didTerminate(B)"));
  EXPECT_TRUE(tree.InOrder({"C.willTerminate(B)", "C.isTerminated(B)"}));
  EXPECT_EQ(tree.c->last_argument, 1u);
}

DRYDOCK_TEST(Termination, TD7IsTerminatedOfASynchronousTerminateCarriesSeven) {
  Tree tree;
  const Keep keep(tree.c);
  tree.a->terminate(kIOServiceSynchronous);
  EXPECT_EQ(tree.c->last_argument, 7u);
}

// What handlers of notifications are told, and by whom.
struct Told {
  std::vector<std::string> names;
  std::vector<const kernel::Thread*> threads;
  Journal* journal = nullptr;

  static bool Service(void* target, void*, IOService* service, IONotifier*) {
    auto* self = static_cast<Told*>(target);
    self->names.push_back(service->getName());
    self->threads.push_back(kernel::CurrentThread());
    if (self->journal != nullptr) self->journal->push_back(std::string(service->getName()) + "!");
    return true;
  }
  IONotifier* Add(const OSSymbol* type) {
    return IOService::addMatchingNotification(
        type, Owned(IOService::serviceMatching("RecordingService")).get(), &Service, this);
  }
};

DRYDOCK_TEST(Termination, TD8TerminatedIsNotifiedOnTheCallersThreadProviderFirst) {
  Tree tree;
  Told told;
  IONotifier* notifier = told.Add(gIOTerminatedNotification);
  tree.a->terminate();
  EXPECT_THAT(told.names, ElementsAre("A", "B", "C"));
  for (const kernel::Thread* thread : told.threads) EXPECT_EQ(thread, kernel::CurrentThread());
  notifier->remove();
  tree.Settle();
}

DRYDOCK_TEST(Termination, TD9WillTerminateIsNotifiedOnTheTerminateThreadBeforeTheClientsHear) {
  Tree tree;
  Told told;
  told.journal = &tree.journal;
  const kernel::Thread* worker = nullptr;
  tree.b->hook = [&](const std::string&) { worker = kernel::CurrentThread(); };
  IONotifier* notifier = told.Add(gIOWillTerminateNotification);
  tree.a->terminate();
  tree.Settle();
  notifier->remove();
  EXPECT_THAT(told.names, ElementsAre("A", "B", "C"));
  for (const kernel::Thread* thread : told.threads) EXPECT_EQ(thread, worker);
  EXPECT_NE(worker, kernel::CurrentThread());
  EXPECT_TRUE(tree.InOrder({"A!", "B.willTerminate(A)", "B!", "C.willTerminate(B)", "C!"}));
}

DRYDOCK_TEST(Termination, TD17WhatWillTerminateReturnsIsOfNoInterest) {
  for (const bool answer : {false, true}) {
    Tree tree;
    tree.b->will_answer = tree.c->will_answer = answer;
    tree.a->terminate();
    tree.Settle();
    tree.Pause();
    EXPECT_THAT(tree.journal, ElementsAreArray(kReferenceTrace));
  }
}

DRYDOCK_TEST(Termination, TD29TerminateOfAClientIsReachedInPhase1OnTheCallersThread) {
  Tree tree;
  const Keep keep(tree.b);
  const kernel::Thread* caller = nullptr;
  tree.b->hook = [&](const std::string& call) {
    if (call == "terminate") caller = kernel::CurrentThread();
  };
  tree.a->terminate(kIOServiceRequired);
  EXPECT_EQ(caller, kernel::CurrentThread());
  EXPECT_EQ(tree.b->terminate_options, kIOServiceRequired | kIOServiceTerminate | 0x0010'0000u);
  tree.Settle();
}

struct Interest {
  int terminated = 0;
  bool in_gate = false;

  static IOReturn Hear(void* target, void*, UInt32 type, IOService* service, void*, vm_size_t) {
    auto* self = static_cast<Interest*>(target);
    if (type == kIOMessageServiceIsTerminated) {
      ++self->terminated;
      self->in_gate = service->getWorkLoop()->inGate();
    }
    return kIOReturnSuccess;
  }
};

DRYDOCK_TEST(Termination, TD39WhoIsInterestedHearsOnceInTheGateThatItIsTerminated) {
  Tree tree;
  Interest in_a, in_c;  // with clients, and without
  IONotifier* of_a = tree.a->registerInterest(gIOGeneralInterest, &Interest::Hear, &in_a);
  IONotifier* of_c = tree.c->registerInterest(gIOGeneralInterest, &Interest::Hear, &in_c);
  tree.a->terminate();
  tree.Settle();
  EXPECT_EQ(in_a.terminated, 1);
  EXPECT_TRUE(in_a.in_gate);
  EXPECT_EQ(in_c.terminated, 1);
  EXPECT_TRUE(in_c.in_gate);
  of_a->remove();
  of_c->remove();
}

DRYDOCK_TEST(Termination, TD35WithoutAWorkLoopCallsAreUngated) {
  Journal journal;
  BootedPlatform platform;
  RecordingService* top = RecordingService::MakeUngated("top", nullptr, &journal);
  RecordingService* a = RecordingService::MakeUngated("A", top, &journal);
  RecordingService::MakeUngated("B", a, &journal);
  ASSERT_EQ(a->getWorkLoop(), nullptr);
  a->terminate();
  EXPECT_EQ(top->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  kernel::Sleep(kernel::kMillisecond);
  EXPECT_THAT(journal,
              ElementsAre("A.terminate", "B.terminate", "B.willTerminate(A)", "B.isTerminated(A)",
                          "B.didTerminate(A)", "B.finalize", "B.stop(A)", "B.detach(A)",
                          "A.finalize", "A.stop(top)", "A.detach(top)", "B.free", "A.free"));
  top->detachAbove(gIOServicePlane);
}

DRYDOCK_TEST(Termination, TD40ItDoesNotMatterWhetherTheNubWasRegistered) {
  Tree tree;
  for (RecordingService* service : {tree.a, tree.b, tree.c}) {
    service->registerService(kIOServiceSynchronous);
  }
  tree.a->terminate();
  tree.Settle();
  tree.Pause();
  EXPECT_THAT(tree.journal, ElementsAreArray(kReferenceTrace));
}

DRYDOCK_TEST(Termination, TD41FinalizedOnceHoweverOftenScheduled) {
  Tree tree;
  tree.c->hook = [&](const std::string& call) {
    if (call != "finalize") return;
    for (int i = 0; i < 3; ++i) Termination::ScheduleFinalize(tree.c);
  };
  tree.a->terminate();
  tree.Settle();
  EXPECT_EQ(tree.Count("C.finalize"), 1);
}

DRYDOCK_TEST(Termination, FinalizeWithoutTerminateStopsClosesAndDetaches) {
  Tree tree;
  const Keep keep(tree.c);
  ASSERT_TRUE(tree.b->open(tree.c));
  tree.c->finalize(0);
  EXPECT_FALSE(tree.b->isOpen());
  EXPECT_TRUE(tree.InOrder({"C.finalize", "C.stop(B)", "C.detach(B)"}));
  EXPECT_FALSE(tree.b->isChild(tree.c, gIOServicePlane));
}

// --- Several terminations, and several providers.

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

// C's turn, when its matching job is over, comes before that of the root victim, whose job is not.
DRYDOCK_TEST(Termination, TD25WhoGoesAheadIsNotStoppedBeforeItsProviderHasToldIt) {
  Tree tree;
  const Keep keep_a(tree.a), keep_c(tree.c);
  struct Jobs {
    IOService* root;
    bool c_may_end, a_may_end;
  } jobs = {tree.a, false, false};
  const auto matching = Owned(IOService::serviceMatching("RecordingService"));
  IONotifier* notifier = IOService::addMatchingNotification(
      gIOPublishNotification, matching.get(),
      [](void* target, void*, IOService* service, IONotifier*) {
        auto* jobs = static_cast<Jobs*>(target);
        WaitUntil([&] { return service == jobs->root ? jobs->a_may_end : jobs->c_may_end; });
        return true;
      },
      &jobs);
  tree.a->registerService();
  tree.c->registerService();
  tree.Pause();
  tree.a->terminate();
  jobs.c_may_end = true;
  tree.Pause();
  EXPECT_TRUE(tree.Has("C.finalize"));
  EXPECT_FALSE(tree.Has("C.stop(B)"));
  jobs.a_may_end = true;
  tree.Settle();
  EXPECT_TRUE(tree.InOrder({"C.willTerminate(B)", "C.didTerminate(B)", "C.stop(B)", "B.stop(A)"}));
  notifier->remove();
}

DRYDOCK_TEST(Termination, TD38AClientThatIsAlreadyGoingIsToldAndNoVictimAgain) {
  Tree tree;
  RecordingService* d = tree.Make("D", tree.c);
  const Keep keep_c(tree.c), keep_d(d);
  ASSERT_TRUE(tree.c->open(d));
  tree.c->terminate();
  tree.Pause();
  EXPECT_FALSE(tree.Has("D.stop"));
  tree.a->terminate();
  EXPECT_TRUE(tree.a->isInactive());
  EXPECT_TRUE(tree.b->isInactive());
  tree.Pause();
  EXPECT_TRUE(tree.Has("C.willTerminate(B)"));
  EXPECT_TRUE(tree.Has("C.didTerminate(B)"));
  EXPECT_FALSE(tree.Has("C.stop"));
  tree.c->close(d);
  tree.Settle();
  EXPECT_EQ(tree.Count("D.willTerminate"), 1);
  EXPECT_EQ(tree.Count("D.didTerminate"), 1);
  EXPECT_TRUE(tree.InOrder({"D.stop(C)", "C.finalize", "C.stop(B)", "B.stop(A)", "A.stop(P)"}));
}

DRYDOCK_TEST(Termination, TD45EachPairIsStoppedOnce) {
  Tree tree;
  RecordingService* q = tree.Make("Q", tree.platform.service());
  RecordingService* d = tree.Make("D", tree.a);  // on two providers, and queued twice for each
  const Keep keep(d);
  ASSERT_TRUE(d->attach(q));
  for (RecordingService* client : {d, tree.c}) {
    client->hook = [client, &tree, q, d](const std::string& call) {
      bool defer = false;
      if (call == "didTerminate(A)") client->IOService::didTerminate(tree.a, 1, &defer);
      if (call == "didTerminate(B)") client->IOService::didTerminate(tree.b, 1, &defer);
      if (call == "didTerminate(Q)" && client == d) client->IOService::didTerminate(q, 1, &defer);
    };
  }
  tree.a->terminate();
  q->terminate();
  EXPECT_EQ(tree.platform.service()->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  tree.Pause();
  EXPECT_EQ(tree.Count("D.stop(A)"), 1);
  EXPECT_EQ(tree.Count("D.stop(Q)"), 1);
  EXPECT_EQ(tree.Count("C.stop(B)"), 1);
}

// The tree is no tree: D lives on B1 and B2, and goes with the first of them.
DRYDOCK_TEST(Termination, OverSeveralProvidersWillComesFromTheHeadAndDidFromTheTail) {
  Tree tree;
  RecordingService* b2 = tree.Make("B2", tree.a);
  RecordingService* d = tree.Make("D", tree.b);
  ASSERT_TRUE(d->attach(b2));
  tree.Make("E", d);
  d->hook = [&](const std::string& call) {
    // A driver that cannot do with one provider.
    if (call == "willTerminate(B)") d->terminate();
  };
  tree.a->terminate();
  tree.Settle();
  EXPECT_TRUE(tree.InOrder(
      {"B.willTerminate(A)", "B2.willTerminate(A)", "D.willTerminate(B)", "D.willTerminate(B2)"}));
  EXPECT_TRUE(tree.InOrder({"D.didTerminate(B2)", "D.didTerminate(B)", "B.didTerminate(A)"}));
  EXPECT_TRUE(tree.InOrder({"E.willTerminate(D)", "E.didTerminate(D)", "E.stop(D)", "D.finalize"}));
  for (const char* stop : {"D.stop(B)", "D.stop(B2)"}) {
    EXPECT_EQ(tree.Count(stop), 1);
    EXPECT_TRUE(tree.InOrder({"D.finalize", stop, "A.stop(P)"}));
  }
}

// --- Drivers with threads inside.

// A thread that sleeps in a gated method of B until B is dead.
struct Sleeper {
  explicit Sleeper(Tree* tree) : tree_(tree) {
    gate_ = Owned(IOCommandGate::commandGate(tree->b));
    tree->a->loop->addEventSource(gate_.get());
    thread_ = kernel::ThreadStart({.name = "client"}, [this] {
      result_ = RunIn(gate_.get(), [this] {
        while (!dead_) gate_->commandSleep(&dead_, THREAD_UNINT);
        return kIOReturnOffline;
      });
    });
    tree->Pause();
  }
  void Wake() {
    dead_ = true;
    gate_->commandWakeup(&dead_);
  }
  void Join() {
    kernel::ThreadJoin(thread_);
    tree_->a->loop->removeEventSource(gate_.get());
  }
  bool asleep() const { return kernel::ThreadIsBlocked(thread_); }
  IOReturn result() const { return result_; }

 private:
  Tree* const tree_;
  OSSharedPtr<IOCommandGate> gate_;
  kernel::Thread* thread_;
  bool dead_ = false;
  IOReturn result_ = kIOReturnSuccess;
};

DRYDOCK_TEST(Termination, TD33WillTerminateWakesWhoSleepsInTheGate) {
  Tree tree;
  const Keep keep(tree.a);
  Sleeper sleeper(&tree);
  tree.b->hook = [&](const std::string& call) {
    if (call == "willTerminate(A)") sleeper.Wake();
  };
  tree.a->terminate();
  sleeper.Join();
  EXPECT_EQ(sleeper.result(), kIOReturnOffline);
  tree.Settle();
}

DRYDOCK_TEST(Termination, TD33NobodyElseWakesIt) {
  Tree tree;
  const Keep keep(tree.a);
  Sleeper sleeper(&tree);
  tree.a->terminate();
  tree.Settle();
  tree.Pause();
  EXPECT_TRUE(tree.Has("B.stop(A)"));
  EXPECT_TRUE(sleeper.asleep());
  RunIn(tree.a->loop, [&] {
    sleeper.Wake();
    return kIOReturnSuccess;
  });
  sleeper.Join();
}

DRYDOCK_TEST(Termination, TD34TheLastOneOutClosesAndMeanwhileOthersAreServed) {
  Tree tree;
  RecordingService* x = tree.Make("X", tree.p);
  RecordingService* y = tree.Make("Y", x);
  const Keep keep_b(tree.b), keep_x(x), keep_y(y);
  int outstanding = 1;
  bool need_to_close = false;
  ASSERT_TRUE(tree.a->open(tree.b));
  tree.b->hook = [&](const std::string& call) {
    if (call != "didTerminate(A)") return;
    if (outstanding == 0) tree.a->close(tree.b);
    need_to_close = outstanding > 0;
  };
  tree.a->terminate();
  tree.Pause();
  EXPECT_FALSE(tree.Has("B.stop"));
  x->terminate();
  tree.Pause();
  EXPECT_TRUE(tree.Has("X.stop(P)"));
  EXPECT_FALSE(tree.Has("B.stop"));
  RunIn(tree.a->loop, [&] {
    if (--outstanding == 0 && need_to_close) tree.a->close(tree.b);
    return kIOReturnSuccess;
  });
  tree.Settle();
  EXPECT_TRUE(tree.Has("B.stop(A)"));
}

// --- What phase 2 waits for.

DRYDOCK_TEST(Termination, TD42AVictimThatIsBeingMatchedGetsItsTurnWhenThatIsOver) {
  Tree tree;
  const Keep keep_b(tree.b), keep_c(tree.c);
  // The job stays in a handler.
  struct Holder {
    bool entered = false, released = false;
    static bool Hold(void* target, void*, IOService*, IONotifier*) {
      auto* self = static_cast<Holder*>(target);
      self->entered = true;
      WaitUntil([self] { return self->released; });
      return true;
    }
  } holder;
  IONotifier* notifier = IOService::addMatchingNotification(
      gIOPublishNotification, Owned(IOService::nameMatching("B")).get(), &Holder::Hold, &holder);
  tree.b->registerService();
  WaitUntil([&] { return holder.entered; });
  tree.a->terminate();
  tree.Pause();
  EXPECT_TRUE(tree.Has("B.didTerminate(A)"));
  EXPECT_FALSE(tree.Has("C.willTerminate"));
  holder.released = true;
  tree.Settle();
  notifier->remove();
  EXPECT_TRUE(tree.InOrder({"B.didTerminate(A)", "C.willTerminate(B)", "C.didTerminate(B)",
                            "C.finalize", "C.stop(B)", "B.finalize", "B.stop(A)"}));
}

DRYDOCK_TEST(Termination, TD6SiblingsAreToldBreadthFirstAndBackInReverse) {
  Journal journal;
  BootedPlatform platform;
  RecordingService* a = RecordingService::Make("A", platform.service(), &journal);
  RecordingService* b1 = RecordingService::Make("B1", a, &journal);
  RecordingService* b2 = RecordingService::Make("B2", a, &journal);
  RecordingService::Make("C1", b1, &journal);
  RecordingService::Make("C2", b2, &journal);
  a->terminate();
  EXPECT_EQ(platform.service()->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  kernel::Sleep(kernel::kMillisecond);
  Journal told;
  for (const std::string& line : journal) {
    if (line.find("Terminate(") != std::string::npos)
      told.push_back(line.substr(0, line.find(" in")));
  }
  EXPECT_THAT(told,
              ElementsAre("B1.willTerminate(A)", "B2.willTerminate(A)", "C1.willTerminate(B1)",
                          "C2.willTerminate(B2)", "C2.didTerminate(B2)", "C1.didTerminate(B1)",
                          "B1.didTerminate(A)", "B2.didTerminate(A)"));
}

}  // namespace
}  // namespace drydock::testing
