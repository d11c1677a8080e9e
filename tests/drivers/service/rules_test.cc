// The rules of teardown, and the findings when drivers break them. (service.md 9.3)
#include <string>

#include <IOKit/IOService.h>

#include "drivers/service/io_rules.h"
#include "drivers/service/owned.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/simulation.h"
#include "tests/drivers/service/service_fixture.h"
#include "tests/drivers/service/tree.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

// A driver that does not call its superclass in the calls a test names.
class ForgetfulService : public IOService {
  OSDeclareDefaultStructors(ForgetfulService)

 public:
  using IOService::release;  // also with a count

  static ForgetfulService* Make(IOService* provider) {
    auto* self = OSTypeAlloc(ForgetfulService);
    self->init();
    EXPECT_TRUE(self->attach(provider));
    self->release();
    return self;
  }
  void stop(IOService* provider) override {
    if (!forget_stop) IOService::stop(provider);
  }
  bool didTerminate(IOService* provider, IOOptionBits options, bool* defer) override {
    if (!forget_did) return IOService::didTerminate(provider, options, defer);
    *defer = defers;
    return true;
  }

  bool forget_stop;
  bool forget_did;
  bool defers;
};

OSDefineMetaClassAndStructors(ForgetfulService, IOService)

namespace drydock::testing {
namespace {

using ::testing::HasSubstr;

DRYDOCK_TEST(TeardownRules, SleepingInACallOfTheTerminateThread) {
  for (const char* call : {"willTerminate(B)", "didTerminate(B)", "finalize", "stop(B)"}) {
    Tree tree;
    Findings findings;
    tree.c->hook = [call](const std::string& what) {
      if (what == call) kernel::Sleep(kernel::kMillisecond);
    };
    tree.a->terminate();
    tree.Settle();
    EXPECT_EQ(findings.Count("terminate-thread-blocked"), 1) << call;
    EXPECT_THAT(findings.sentence("terminate-thread-blocked"), HasSubstr("sleeps in"));
    EXPECT_THAT(findings.sentence("terminate-thread-blocked"), HasSubstr(" of C: "));
    AllowSleepInGate();
  }
}

DRYDOCK_TEST(TeardownRules, WaitingForALockThereIsFine) {
  Tree tree;
  AllowSleepInGate();
  const Keep keep(tree.a);
  kernel::Thread* holder = StartClient([&] {
    RunIn(tree.a->loop, [] {
      kernel::Sleep(kernel::kMillisecond);
      return kIOReturnSuccess;
    });
  });
  tree.a->terminate();
  kernel::ThreadJoin(holder);
  tree.Settle();
}

DRYDOCK_TEST(TeardownRules, StopWithoutSuper) {
  Tree tree;
  Findings findings;
  ForgetfulService::Make(tree.c)->forget_stop = true;
  tree.a->terminate();
  tree.Settle();
  EXPECT_EQ(findings.Count("super-not-called"), 1);
  EXPECT_EQ(findings.sentence("super-not-called"),
            "ForgetfulService (ForgetfulService) overrides stop and did not call super::stop");
}

DRYDOCK_TEST(TeardownRules, DidTerminateWithoutSuper) {
  Tree tree;
  Findings findings;
  ForgetfulService* forgetful = ForgetfulService::Make(tree.c);
  const Keep keep(forgetful);
  forgetful->forget_did = true;
  tree.a->terminate();
  tree.Pause();
  EXPECT_EQ(findings.Count("super-not-called"), 1);
  EXPECT_THAT(findings.sentence("super-not-called"), HasSubstr("overrides didTerminate"));
  EXPECT_FALSE(tree.Has("C.stop"));  // it would have waited for ever
  bool defer = false;
  forgetful->IOService::didTerminate(tree.c, 0, &defer);
  tree.Settle();
}

DRYDOCK_TEST(TeardownRules, DidTerminateWithoutSuperThatDefersIsFine) {
  Tree tree;
  ForgetfulService* forgetful = ForgetfulService::Make(tree.c);
  const Keep keep(forgetful);
  forgetful->forget_did = forgetful->defers = true;
  tree.a->terminate();
  tree.Pause();
  bool defer = false;
  forgetful->IOService::didTerminate(tree.c, 0, &defer);
  tree.Settle();
}

DRYDOCK_TEST(TeardownRules, BusyCountThatItsDriverDoesNotReturn) {
  Tree tree;
  Findings findings;
  tree.c->adjustBusy(2);
  tree.a->terminate();
  tree.Settle();  // the count went with the service
  EXPECT_EQ(findings.Count("busy-count-not-returned"), 1);
  EXPECT_EQ(findings.sentence("busy-count-not-returned"),
            "C is detached with a busy count that was raised 2 times more often than lowered");
}

// Terminations that still wait when the platform shuts down.
void ExpectParked(bool open, const char* name, const char* sentence) {
  TimedStrategy timed;
  const Outcome outcome = Simulation({}, &timed).Run([open] {
    Journal journal;
    IOService* platform = BootPlatform();
    RecordingService* a = RecordingService::Make("A", platform, &journal);
    RecordingService* b = RecordingService::Make("B", a, &journal);
    if (open) {
      a->open(b);
    } else {
      b->defer = true;
    }
    a->terminate();
    EXPECT_FALSE(ShutdownPlatform());
  });
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(outcome.findings[0].name, name);
  EXPECT_EQ(outcome.findings[0].sentence, sentence);
}

TEST(TeardownRules, ParkedByAnOpenProvider) {
  ExpectParked(true, "provider-left-open",
               "B still has A open, which was terminated: neither will ever be stopped");
}

TEST(TeardownRules, ParkedByADeferredDidTerminate) {
  ExpectParked(
      false, "did-terminate-never-resumed",
      "B deferred the end of its provider A in didTerminate and never resumed it: neither will "
      "ever be stopped");
}

// `count` transfers of C's are done.
void CompleteIo(const Tree& tree, int count) {
  for (int i = 0; i < count; ++i) IoCompleted(tree.b, tree.c, tree.b, kIOReturnAborted, 0);
}

DRYDOCK_TEST(TeardownRules, IoThatIsAcceptedAfterWillTerminate) {
  Tree tree;
  Findings findings;
  ASSERT_TRUE(tree.b->open(tree.c));
  tree.c->hook = [&](const std::string& what) {
    if (what == "willTerminate(B)") IoAccepted(tree.b, tree.c, tree.b, 1, "read");  // the last
    if (what != "didTerminate(B)") return;
    IoAccepted(tree.b, tree.c, tree.b, 1, "read");
    CompleteIo(tree, 2);
    tree.b->close(tree.c);
  };
  tree.a->terminate();
  tree.Settle();
  EXPECT_EQ(findings.Count("io-accepted-after-will-terminate"), 1);
}

DRYDOCK_TEST(TeardownRules, IoOnAProviderThatIsNotOpen) {
  Tree tree;
  Findings findings;
  IoAccepted(tree.b, tree.c, tree.b, 1, "read");
  EXPECT_EQ(findings.Count("io-without-open"), 1);
  ASSERT_TRUE(tree.b->open(tree.c));
  IoAccepted(tree.b, tree.c, tree.b, 1, "read");
  EXPECT_EQ(findings.Count("io-without-open"), 1);
  CompleteIo(tree, 2);
  tree.b->close(tree.c);
}

DRYDOCK_TEST(TeardownRules, CloseWithIoInFlight) {
  Tree tree;
  Findings findings;
  ASSERT_TRUE(tree.b->open(tree.c));
  IoAccepted(tree.b, tree.c, tree.b, 1, "read");
  IoAccepted(tree.b, tree.c, tree.b, 1, "read");
  CompleteIo(tree, 1);
  tree.b->close(tree.c);
  EXPECT_EQ(findings.Count("closed-with-io-in-flight"), 1);
  EXPECT_EQ(findings.sentence("closed-with-io-in-flight"),
            "C closes B with 1 of its transfers still in flight");
  CompleteIo(tree, 1);
}

DRYDOCK_TEST(TeardownRules, CloseWhenAllIoHasCompletedIsFine) {
  Tree tree;
  ASSERT_TRUE(tree.b->open(tree.c));
  // A family may report the completion first.
  CompleteIo(tree, 1);
  IoAccepted(tree.b, tree.c, tree.b, 1, "read");
  tree.b->close(tree.c);
}

DRYDOCK_TEST(TeardownRules, IoThatCompletesAfterStop) {
  Tree tree;
  Findings findings;
  const Keep keep_b(tree.b), keep_c(tree.c);
  IoCompleted(tree.b, tree.c, tree.b, kIOReturnSuccess, 1);
  EXPECT_EQ(findings.Total(), 0);
  tree.c->terminate();
  tree.Settle();
  IoCompleted(tree.b, tree.c, tree.b, kIOReturnAborted, 1);
  EXPECT_EQ(findings.Count("io-completed-after-stop"), 1);
}

// Misuse that panics a Mac panics here.
void ExpectPanic(const std::function<void()>& body, const char* text) {
  TimedStrategy timed;
  const Outcome outcome = Simulation({}, &timed).Run(body);
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
  EXPECT_THAT(outcome.text, HasSubstr(text));
}

TEST(TeardownRules, ReleasingWhatTheRegistryHoldsPanics) {
  ExpectPanic(
      [] {
        IOService* platform = BootPlatform();
        auto* service = OSTypeAlloc(ForgetfulService);
        service->init();
        service->attach(platform);
        for (int i = 0; i < 3; ++i) service->release();
      },
      "released once too often");
}

// More references are released than were taken, those of the plane among them.
TEST(TeardownRules, FreeingWhatIsAttachedPanics) {
  ExpectPanic(
      [] {
        IOService* platform = BootPlatform();
        auto* service = OSTypeAlloc(ForgetfulService);
        service->init();
        service->attach(platform);
        service->release(service->getRetainCount());
      },
      "freed while it is linked");
}

TEST(TeardownRules, ChangingACollectionInTheRegistryPanics) {
  ExpectPanic(
      [] {
        IOService* platform = BootPlatform();
        const auto array = Owned(OSArray::withCapacity(1));
        platform->setProperty("list", array.get());
        array->setObject(array.get());
      },
      "immutable");
}

}  // namespace
}  // namespace drydock::testing
