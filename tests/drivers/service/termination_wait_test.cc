// Teardown over the tree P <- A <- B <- C: what it waits for, and what lets it go on. (service.md
// 8)
#include <initializer_list>
#include <string>

#include <IOKit/IOCommandGate.h>
#include <IOKit/IONotifier.h>
#include <IOKit/IOService.h>

#include "drivers/service/owned.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drivers/service/tree.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace drydock::testing {
namespace {

// --- Clients that have their provider open, and clients that defer.

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

// --- Threads inside.

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

// --- Matching.

// C's matching job ends, so C is terminated before the root victim, whose job still runs.
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

}  // namespace
}  // namespace drydock::testing
