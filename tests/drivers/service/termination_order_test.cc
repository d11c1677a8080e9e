// Teardown over the tree P <- A <- B <- C: which calls are made on which service, in which order
// and gate. (service.md 8)
#include <string>
#include <vector>

#include <IOKit/IONotifier.h>
#include <IOKit/IOService.h>

#include "drivers/service/owned.h"
#include "drivers/service/terminate_thread.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drivers/service/service_fixture.h"
#include "tests/drivers/service/tree.h"
#include "tests/drydock_test.h"

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

// service.md 4.8 to the letter: order and gates.
DRYDOCK_TEST(Termination, TD3AndTD4AndTD10AndTD11ReferenceTraceWithNothingOpen) {
  Tree tree;
  EXPECT_TRUE(tree.a->terminate());
  tree.Settle();
  kernel::Sleep(kernel::kMillisecond);  // the pass releases its victims
  EXPECT_THAT(tree.journal, ElementsAreArray(kReferenceTrace));
  EXPECT_EQ(tree.p->getClient(), nullptr);
}

DRYDOCK_TEST(Termination, TD5OnRequestTheVictimItselfIsToldOfItsProvider) {
  Tree tree;
  tree.a->terminate(0x100);
  tree.Settle();
  EXPECT_TRUE(
      tree.InOrder({"A.willTerminate(P) in A", "B.willTerminate(A)", "C.didTerminate(B)",
                    "B.didTerminate(A)", "A.didTerminate(P) in A", "C.finalize", "A.stop(P)"}));
  EXPECT_EQ(tree.Count("A.stop"), 1);
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

// The calls of notification handlers, and their threads.
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
    for (int i = 0; i < 3; ++i) termination::ScheduleFinalize(tree.c);
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

}  // namespace
}  // namespace drydock::testing
