// Open and close, messages, busy counts. (service.md 3.8 to 3.10)
#include <array>

#include <IOKit/IOService.h>

#include "drivers/service/owned.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drivers/service/service_fixture.h"
#include "tests/drydock_test.h"
#include "trace/observer.h"

namespace drydock::testing {
namespace {

using trace::EventKind;

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A provider with two clients.
struct Trio {
  Journal journal;
  BootedPlatform platform;
  RecordingService* p = RecordingService::Make("P", platform.service(), &journal);
  RecordingService* c = RecordingService::Make("C", p, &journal);
  RecordingService* d = RecordingService::Make("D", p, &journal);

  Trio() { c->close_in_will = d->close_in_will = true; }  // for the shutdown
};

DRYDOCK_TEST(IOService, LC1AnOpenServiceKnowsItsClient) {
  Trio t;
  EXPECT_FALSE(t.p->isOpen());
  EXPECT_TRUE(t.p->open(t.c));
  EXPECT_TRUE(t.p->isOpen());
  EXPECT_TRUE(t.p->isOpen(t.c));
  EXPECT_FALSE(t.p->isOpen(t.d));
}

DRYDOCK_TEST(IOService, LC2TheOwnerCannotOpenTwice) {
  Trio t;
  EXPECT_TRUE(t.p->open(t.c));
  EXPECT_FALSE(t.p->open(t.c));
}

// Counts advice of one name.
class AdviceCount : public trace::Observer {
 public:
  explicit AdviceCount(absl::string_view name) : name_(name), watch_(this, {EventKind::kAdvice}) {}
  void OnEvent(const trace::Event& event) override { count_ += event.name == name_ ? 1 : 0; }
  int count() const { return count_; }

 private:
  const absl::string_view name_;
  int count_ = 0;
  trace::ScopedObserver watch_;
};

DRYDOCK_TEST(IOService, CloseOfWhatIsNotOpenChangesNothingAndIsAdvisedOf) {
  Trio t;
  const AdviceCount advice("close-without-open");
  t.p->close(t.c);
  EXPECT_EQ(advice.count(), 1);
  EXPECT_TRUE(t.p->open(t.c));
  t.p->close(t.d);
  EXPECT_EQ(advice.count(), 2);
  EXPECT_TRUE(t.p->isOpen(t.c));
  t.p->close(t.c);
  EXPECT_EQ(advice.count(), 2);
}

DRYDOCK_TEST(IOService, LC3OthersHearOfTheAttempt) {
  Trio t;
  EXPECT_TRUE(t.p->open(t.c));
  t.journal.clear();
  EXPECT_FALSE(t.p->open(t.d));
  EXPECT_THAT(t.journal, ElementsAre("C.attemptingOpen(P)"));
}

DRYDOCK_TEST(IOService, LC4SeizingTakesTheOwnersConsent) {
  Trio t;
  EXPECT_TRUE(t.p->open(t.c));
  EXPECT_FALSE(t.p->open(t.d, kIOServiceSeize));
  t.c->close_when_asked = true;
  EXPECT_TRUE(t.p->open(t.d, kIOServiceSeize));
  EXPECT_TRUE(t.p->isOpen(t.d));
}

DRYDOCK_TEST(IOService, LC5OnlyTheOwnersCloseCountsAndOthersHearOfIt) {
  Trio t;
  EXPECT_TRUE(t.p->open(t.c));
  t.journal.clear();
  t.p->close(t.d);
  EXPECT_TRUE(t.p->isOpen(t.c));
  EXPECT_THAT(t.journal, IsEmpty());
  t.p->close(t.c);
  EXPECT_FALSE(t.p->isOpen());
  EXPECT_THAT(t.journal, ElementsAre("D.wasClosed(P)"));
}

DRYDOCK_TEST(IOService, LC6AnInactiveServiceIsNotOpened) {
  Trio t;
  t.p->retain();
  t.p->terminate();
  t.journal.clear();
  EXPECT_FALSE(t.p->open(t.d));
  EXPECT_FALSE(t.p->isOpen());
  t.p->release();
}

DRYDOCK_TEST(IOService, LC7MessageIsUnsupportedUnlessOverridden) {
  Journal journal;
  BootedPlatform platform;
  RecordingService* p = RecordingService::Make("P", platform.service(), &journal);
  EXPECT_EQ(p->messageClients(kIOMessageServiceIsSuspended), kIOReturnSuccess);  // without clients
  RecordingService* c = RecordingService::Make("C", p, &journal);
  EXPECT_EQ(p->messageClient(kIOMessageServiceIsSuspended, c), kIOReturnUnsupported);
  EXPECT_EQ(p->messageClients(kIOMessageServiceIsSuspended), kIOReturnUnsupported);
}

DRYDOCK_TEST(IOService, LC8TheLastAnswerThatIsNotSuccessCounts) {
  Trio t;
  for (const auto& [first, second, all] :
       {std::array{kIOReturnError, kIOReturnSuccess, kIOReturnError},
        std::array{kIOReturnError, kIOReturnBusy, kIOReturnBusy},
        std::array{kIOReturnSuccess, kIOReturnSuccess, kIOReturnSuccess}}) {
    t.c->answer = first;
    t.d->answer = second;
    EXPECT_EQ(t.p->messageClients(kIOMessageServiceIsSuspended), all);
  }
}

DRYDOCK_TEST(IOService, LC9OnlyServicesGetMessages) {
  Trio t;
  const auto text = Owned(OSString::withCString("no service"));
  EXPECT_EQ(t.p->messageClient(kIOMessageServiceIsSuspended, text.get()), kIOReturnBadArgument);
}

DRYDOCK_TEST(IOService, LC11BusyShowsUpTheChainOnlyWhenItTurns) {
  Trio t;
  t.c->adjustBusy(1);
  EXPECT_EQ(t.c->getBusyState(), 1u);
  EXPECT_EQ(t.p->getBusyState(), 1u);
  EXPECT_EQ(t.platform.service()->getBusyState(), 1u);
  t.c->adjustBusy(1);
  EXPECT_EQ(t.c->getBusyState(), 2u);
  EXPECT_EQ(t.p->getBusyState(), 1u);
  t.c->adjustBusy(-2);
  EXPECT_EQ(t.platform.service()->getBusyState(), 0u);
}

DRYDOCK_TEST(IOService, LC12BusyDoesNotGoBelowZero) {
  Trio t;
  t.c->adjustBusy(-1);
  EXPECT_EQ(t.c->getBusyState(), 0u);
  EXPECT_EQ(t.p->getBusyState(), 0u);
}

DRYDOCK_TEST(IOService, LC14WaitQuietTimesOut) {
  Trio t;
  t.c->adjustBusy(1);
  const kernel::Time before = kernel::Now();
  EXPECT_EQ(t.p->waitQuiet(kernel::kSecond), kIOReturnTimeout);
  EXPECT_GE(kernel::Now() - before, kernel::kSecond);
  t.c->adjustBusy(-1);
}

DRYDOCK_TEST(IOService, LC15WaitQuietEndsWhenItIsQuiet) {
  Trio t;
  t.c->adjustBusy(1);
  kernel::Thread* other = kernel::ThreadStart({.name = "other"}, [&] {
    kernel::Sleep(kernel::kMillisecond);
    t.c->adjustBusy(-1);
  });
  EXPECT_EQ(t.p->waitQuiet(), kIOReturnSuccess);
  kernel::ThreadJoin(other);
}

DRYDOCK_TEST(IOService, BusyOfManyThreadsBalances) {
  Trio t;
  kernel::Thread* threads[3];
  for (kernel::Thread*& thread : threads) {
    thread = kernel::ThreadStart({.name = "busy"}, [&] {
      for (int i = 0; i < 5; ++i) {
        t.c->adjustBusy(1);
        t.d->adjustBusy(1);
        t.c->adjustBusy(-1);
        t.d->adjustBusy(-1);
      }
    });
  }
  for (kernel::Thread* thread : threads) kernel::ThreadJoin(thread);
  EXPECT_EQ(t.p->getBusyState(), 0u);
  EXPECT_EQ(t.platform.service()->getBusyState(), 0u);
}

}  // namespace
}  // namespace drydock::testing
