// Teardown over the tree P <- A <- B <- C, with clients of several providers, of several victims,
// and clients that survive. (service.md 8)
#include <string>

#include <IOKit/IOService.h>

#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "tests/drivers/service/service_fixture.h"
#include "tests/drivers/service/tree.h"
#include "tests/drydock_test.h"

namespace drydock::testing {
namespace {

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

}  // namespace
}  // namespace drydock::testing
