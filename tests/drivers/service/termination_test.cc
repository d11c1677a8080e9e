// Teardown over the tree P <- A <- B <- C, which the statements of service.md section 8 are about.
#include <IOKit/IOService.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drivers/service/service_fixture.h"
#include "tests/drydock_test.h"

namespace drydock::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

// The tree. B has nobody open, nor has C, unless the test opens.
struct Tree {
  Journal journal;  // outlives the platform, whose shutdown is written too
  BootedPlatform platform;
  RecordingService* p = RecordingService::Make("P", platform.service(), &journal);
  RecordingService* a = RecordingService::Make("A", p, &journal);
  RecordingService* b = RecordingService::Make("B", a, &journal);
  RecordingService* c = RecordingService::Make("C", b, &journal);

  // Waits until everything below P has come to rest.
  void Settle() { EXPECT_EQ(p->waitQuiet(kernel::kSecond), kIOReturnSuccess); }

  // The journal without what matches `call`.
  Journal Without(const std::string& call) const {
    Journal rest;
    for (const std::string& line : journal) {
      if (line.find(call) == std::string::npos) rest.push_back(line);
    }
    return rest;
  }
  bool Has(const std::string& what) const {
    for (const std::string& line : journal) {
      if (line.find(what) == 0) return true;
    }
    return false;
  }
};

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
};

// Section 4.8 to the letter: order and gates. (TD-03, TD-04, TD-07, TD-10, TD-11)
DRYDOCK_TEST(Termination, TD10ReferenceTraceWithNothingOpen) {
  Tree tree;
  EXPECT_TRUE(tree.a->terminate());
  tree.Settle();
  kernel::Sleep(kernel::kMillisecond);  // the pass lets go of its victims
  Journal calls = tree.Without(".free");
  EXPECT_THAT(calls, ElementsAreArray(kReferenceTrace));
  Journal frees(tree.journal.begin() + static_cast<ptrdiff_t>(calls.size()), tree.journal.end());
  EXPECT_EQ(frees.size(), 3u);  // free comes after all else
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

DRYDOCK_TEST(Termination, TD12AnOpenClientParksItsBranchUntilItCloses) {
  Tree tree;
  tree.c->retain();
  ASSERT_TRUE(tree.b->open(tree.c));
  EXPECT_TRUE(tree.a->terminate());  // (TD-02)
  EXPECT_EQ(tree.p->waitQuiet(100 * kernel::kMillisecond), kIOReturnTimeout);
  EXPECT_TRUE(tree.Has("C.requestingClose(B)"));
  EXPECT_TRUE(tree.Has("C.finalize"));
  EXPECT_FALSE(tree.Has("C.stop"));
  EXPECT_FALSE(tree.Has("B.stop"));
  EXPECT_GE(tree.a->getBusyState(), 1u);
  // TD-13: the close resumes it, and is not announced.
  tree.b->close(tree.c);
  tree.Settle();
  EXPECT_TRUE(tree.Has("C.stop(B) in B"));
  EXPECT_TRUE(tree.Has("A.stop(P) in P"));
  EXPECT_FALSE(tree.Has("C.wasClosed"));
  tree.c->release();
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
  ASSERT_TRUE(tree.b->open(tree.c));
  tree.c->close_in_will = true;
  tree.a->terminate();
  tree.Settle();
  EXPECT_FALSE(tree.Has("C.requestingClose"));
  EXPECT_TRUE(tree.Has("A.stop(P)"));
}

DRYDOCK_TEST(Termination, TD16ADeferredClientWaitsForItsOwnDidTerminate) {
  Tree tree;
  tree.c->retain();
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
  tree.c->release();
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
