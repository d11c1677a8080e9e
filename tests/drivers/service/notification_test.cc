// Notifications: which handlers are called, when, and on which thread. (service.md 3.7, 3.9)
#include <string>
#include <vector>

#include <IOKit/IONotifier.h>
#include <IOKit/IOService.h>

#include "drivers/service/owned.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drivers/service/service_fixture.h"
#include "tests/drydock_test.h"

namespace drydock::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto kSoon = kernel::kMillisecond;

OSSharedPtr<OSDictionary> Recorders() {
  return Owned(IOService::serviceMatching("RecordingService"));
}

// A handler that records the services it is called with.
struct Listener {
  std::vector<std::string>* lines;
  const char* tag = "";
  kernel::Time takes = 0;  // how long the handler sleeps
  bool removes_itself = false;
  kernel::Thread* thread = nullptr;  // that called last
  bool done = false;

  static bool Handle(void* target, void*, IOService* service, IONotifier* notifier) {
    auto* self = static_cast<Listener*>(target);
    self->thread = kernel::CurrentThread();
    self->lines->push_back(std::string(self->tag) + service->getName());
    if (self->removes_itself) notifier->remove();
    if (self->takes > 0) kernel::Sleep(self->takes);
    self->done = true;
    return true;
  }

  IONotifier* Add(const OSSymbol* type, SInt32 priority = 0) {
    return IOService::addMatchingNotification(type, Recorders().get(), &Handle, this, nullptr,
                                              priority);
  }
};

struct Fixture {
  Journal journal;
  BootedPlatform platform;
  std::vector<std::string> lines;

  RecordingService* Make(const char* name) {
    return RecordingService::Make(name, platform.service(), &journal);
  }
  static void Register(IOService* service) {
    service->registerService();
    EXPECT_EQ(service->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  }
};

DRYDOCK_TEST(Notification, MT21ServicesThatExistAreToldOfBeforeTheCallReturns) {
  Fixture b;
  b.Register(b.Make("A"));
  b.Register(b.Make("B"));
  b.Make("unregistered");
  Listener listener{&b.lines};
  IONotifier* notifier = listener.Add(gIOPublishNotification);
  EXPECT_THAT(b.lines, ElementsAre("A", "B"));
  EXPECT_EQ(listener.thread, kernel::CurrentThread());
  notifier->remove();
}

DRYDOCK_TEST(Notification, MT22FirstMatchFiresOnceAndMatchedEachTime) {
  Fixture b;
  Listener each{&b.lines, "matched "}, first{&b.lines, "first match "};
  Listener published{&b.lines, "published "}, first_published{&b.lines, "first published "};
  IONotifier* notifiers[] = {each.Add(gIOMatchedNotification), first.Add(gIOFirstMatchNotification),
                             published.Add(gIOPublishNotification),
                             first_published.Add(gIOFirstPublishNotification)};
  RecordingService* a = b.Make("A");
  b.Register(a);
  EXPECT_THAT(b.lines,
              ElementsAre("first published A", "published A", "matched A", "first match A"));
  b.Register(a);
  b.Register(a);
  EXPECT_THAT(b.lines, ElementsAre("first published A", "published A", "matched A", "first match A",
                                   "published A", "matched A", "published A", "matched A"));
  for (IONotifier* notifier : notifiers) notifier->remove();
}

DRYDOCK_TEST(Notification, WhoIsAddedWhileAServiceComesIsToldOnce) {
  Fixture b;
  RecordingService* a = b.Make("A");
  kernel::Thread* adder = nullptr;
  Listener listener{&b.lines};
  IONotifier* notifier = nullptr;
  adder = kernel::ThreadStart({.name = "adder"},
                              [&] { notifier = listener.Add(gIOFirstMatchNotification); });
  b.Register(a);
  kernel::ThreadJoin(adder);
  EXPECT_THAT(b.lines, ElementsAre("A"));
  notifier->remove();
}

DRYDOCK_TEST(Notification, MT23RemoveWaitsForTheHandlerOnOtherThreads) {
  Fixture b;
  Listener listener{&b.lines, "", 5 * kernel::kMillisecond};
  IONotifier* notifier = listener.Add(gIOPublishNotification);
  b.Make("A")->registerService();
  kernel::Sleep(kSoon);  // the handler runs on a matching thread, which blocks in it
  EXPECT_FALSE(listener.done);
  notifier->remove();
  EXPECT_TRUE(listener.done);
}

DRYDOCK_TEST(Notification, MT23RemoveInTheHandlerDoesNotWait) {
  Fixture b;
  Listener listener{&b.lines};
  listener.removes_itself = true;
  listener.Add(gIOPublishNotification);
  RecordingService* a = b.Make("A");
  b.Register(a);
  b.Register(a);
  EXPECT_THAT(b.lines, ElementsAre("A"));
}

DRYDOCK_TEST(Notification, RemovedInItsFirstDeliveryItIsNotReturned) {
  Fixture b;
  b.Register(b.Make("A"));
  Listener listener{&b.lines};
  listener.removes_itself = true;
  EXPECT_EQ(listener.Add(gIOPublishNotification), nullptr);
  EXPECT_THAT(b.lines, ElementsAre("A"));
}

DRYDOCK_TEST(Notification, ADisabledHandlerIsNotCalled) {
  Fixture b;
  Listener listener{&b.lines};
  IONotifier* notifier = listener.Add(gIOMatchedNotification);
  const bool was = notifier->disable();
  EXPECT_TRUE(was);
  EXPECT_FALSE(notifier->disable());
  RecordingService* a = b.Make("A");
  b.Register(a);
  EXPECT_THAT(b.lines, IsEmpty());
  notifier->enable(was);
  b.Register(a);
  EXPECT_THAT(b.lines, ElementsAre("A"));
  notifier->remove();
}

DRYDOCK_TEST(Notification, HigherPriorityIsToldFirstAndEqualOnesInOrder) {
  Fixture b;
  Listener one{&b.lines, "1 "}, two{&b.lines, "2 "}, three{&b.lines, "3 "};
  IONotifier* notifiers[] = {one.Add(gIOMatchedNotification, 0), two.Add(gIOMatchedNotification, 5),
                             three.Add(gIOMatchedNotification, 0)};
  b.Register(b.Make("A"));
  EXPECT_THAT(b.lines, ElementsAre("2 A", "1 A", "3 A"));
  for (IONotifier* notifier : notifiers) notifier->remove();
}

DRYDOCK_TEST(Notification, TerminatedIsToldOnTheCallersThreadAndWillTerminateOnAnother) {
  Fixture b;
  RecordingService* a = b.Make("A");
  b.Register(a);
  Listener gone{&b.lines, "terminated "}, going{&b.lines, "will terminate "};
  IONotifier* notifiers[] = {gone.Add(gIOTerminatedNotification),
                             going.Add(gIOWillTerminateNotification)};
  EXPECT_THAT(b.lines, IsEmpty());  // not for what exists
  a->terminate();
  EXPECT_EQ(gone.thread, kernel::CurrentThread());
  EXPECT_EQ(b.platform.service()->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  EXPECT_THAT(b.lines, ElementsAre("terminated A", "will terminate A"));
  EXPECT_NE(going.thread, kernel::CurrentThread());
  for (IONotifier* notifier : notifiers) notifier->remove();
}

DRYDOCK_TEST(Notification, MT20WaitingTakesUntilMatchingIsFinished) {
  Fixture b;
  Listener slow{&b.lines, "", 5 * kernel::kMillisecond};
  IONotifier* notifier = slow.Add(gIOPublishNotification);  // part of the matching job
  RecordingService* a = b.Make("A");
  a->registerService();
  kernel::Sleep(kSoon);
  EXPECT_NE(a->getState() & kIOServiceRegisteredState, 0u);
  const auto wanted = Recorders();
  EXPECT_EQ(IOService::waitForMatchingService(wanted.get(), kSoon), nullptr);
  EXPECT_FALSE(slow.done);
  const auto found = Owned(IOService::waitForMatchingService(wanted.get()));
  EXPECT_EQ(found, a);
  EXPECT_TRUE(slow.done);
  notifier->remove();
}

DRYDOCK_TEST(Notification, MT20NothingComesTheWaitTimesOut) {
  Fixture b;
  const kernel::Time before = kernel::Now();
  EXPECT_EQ(IOService::waitForMatchingService(Recorders().get(), 3 * kernel::kMillisecond),
            nullptr);
  EXPECT_GE(kernel::Now() - before, 3 * kernel::kMillisecond);
}

DRYDOCK_TEST(Notification, MatchingServicesAreTheRegisteredActiveOnesOldestFirst) {
  Fixture b;
  RecordingService *a = b.Make("A"), *c = b.Make("C"), *d = b.Make("D");
  b.Make("unregistered");
  b.Register(d);
  b.Register(c);
  b.Register(a);
  const auto names = [] {
    std::vector<std::string> names;
    const auto found = Owned(IOService::getMatchingServices(Recorders().get()));
    while (OSObject* service = found->getNextObject()) {
      names.emplace_back(static_cast<IOService*>(service)->getName());
    }
    return names;
  };
  EXPECT_THAT(names(), ElementsAre("A", "C", "D"));
  a->terminate();
  EXPECT_THAT(names(), ElementsAre("C", "D"));
  const auto first = Owned(IOService::copyMatchingService(Recorders().get()));
  EXPECT_EQ(first, c);
}

// --- Interest.

struct Interest {
  std::vector<std::string> lines;
  IOReturn answer = kIOReturnSuccess;

  static IOReturn Handle(void* target, void*, UInt32 type, IOService* service, void* argument,
                         vm_size_t) {
    auto* self = static_cast<Interest*>(target);
    const char* what = type == kIOMessageServiceIsAttemptingOpen  ? " attempted"
                       : type == kIOMessageServiceWasClosed       ? " closed"
                       : type == kIOMessageServiceIsTerminated    ? " terminated"
                       : type != kIOMessageServiceBusyStateChange ? " other"
                       : argument != nullptr                      ? " busy"
                                                                  : " idle";
    self->lines.push_back(std::string(service->getName()) + what);
    return self->answer;
  }
};

DRYDOCK_TEST(Interest, GeneralHearsWhatClientsHear) {
  Fixture b;
  RecordingService* a = b.Make("A");
  RecordingService* client = RecordingService::Make("client", a, &b.journal);
  Interest interest;
  IONotifier* notifier = a->registerInterest(gIOGeneralInterest, &Interest::Handle, &interest);
  ASSERT_NE(notifier, nullptr);
  EXPECT_TRUE(a->open(client));
  a->close(client);
  EXPECT_THAT(interest.lines, ElementsAre("A attempted", "A closed"));
  // Clients first, then interest handlers: the last answer that is not success counts.
  interest.answer = kIOReturnBusy;
  EXPECT_EQ(a->messageClients(iokit_vendor_specific_msg(1)), kIOReturnBusy);
  interest.answer = kIOReturnSuccess;
  EXPECT_EQ(a->messageClients(iokit_vendor_specific_msg(1)), kIOReturnUnsupported);
  notifier->remove();
  a->messageClients(iokit_vendor_specific_msg(1));
  EXPECT_EQ(interest.lines.size(), 4u);
}

DRYDOCK_TEST(Interest, LC13BusyHearsOfTheChangesOnly) {
  Fixture b;
  RecordingService* a = b.Make("A");
  RecordingService* client = RecordingService::Make("client", a, &b.journal);
  Interest interest;
  IONotifier* notifier = a->registerInterest(gIOBusyInterest, &Interest::Handle, &interest);
  client->adjustBusy(1);
  client->adjustBusy(1);
  a->adjustBusy(1);
  EXPECT_THAT(interest.lines, ElementsAre("A busy"));
  a->adjustBusy(-1);
  client->adjustBusy(-2);
  EXPECT_THAT(interest.lines, ElementsAre("A busy", "A idle"));
  EXPECT_TRUE(a->open(client));  // no busy message
  a->close(client);
  EXPECT_EQ(interest.lines.size(), 2u);
  notifier->remove();
}

DRYDOCK_TEST(Interest, LC10UnknownKindsAndInactiveServicesAreRefused) {
  Fixture b;
  RecordingService* a = b.Make("A");
  const OSSharedPtr<IOService> keep(a, OSRetain);
  Interest interest;
  EXPECT_EQ(a->registerInterest(gIOPublishNotification, &Interest::Handle, &interest), nullptr);
  a->terminate();
  EXPECT_EQ(a->registerInterest(gIOGeneralInterest, &Interest::Handle, &interest), nullptr);
}

DRYDOCK_TEST(Interest, TheNotifierOutlivesTheService) {
  Fixture b;
  RecordingService* a = b.Make("A");
  Interest interest;
  IONotifier* notifier = a->registerInterest(gIOGeneralInterest, &Interest::Handle, &interest);
  a->terminate();
  EXPECT_EQ(b.platform.service()->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  kernel::Sleep(kSoon);
  EXPECT_EQ(b.journal.back(), "A.free");
  notifier->remove();
}

}  // namespace
}  // namespace drydock::testing
