// Work loops: the gate, chains of sources, polling, maintenance, and how a loop ends.
#include <IOKit/IOWorkLoop.h>

#include "scheduler/kernel/wait.h"
#include "scheduler/simulation.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace drydock {

// Counts how often the loop asks it for its successor, as it does of those it polls.
class PlainSource : public IOEventSource {
  OSDeclareDefaultStructors(PlainSource)

 public:
  using IOEventSource::init;
  int visits() const { return visits_; }

 protected:
  IOEventSource* getNext() const override {
    ++visits_;
    return IOEventSource::getNext();
  }

 private:
  mutable int visits_;
};
OSDefineMetaClassAndStructors(PlainSource, IOEventSource)

// Inherits its checkForWork.
class DerivedPolledSource : public PolledSource {
  OSDeclareDefaultStructors(DerivedPolledSource)
};
OSDefineMetaClassAndStructors(DerivedPolledSource, PolledSource)

namespace {

using kernel::kMillisecond;

// Lets whatever was set going come to rest.
void Settle() { kernel::Sleep(10 * kMillisecond); }

// A loop with sources that write their letters to `log`.
struct LoopWithSources {
  std::string log;
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make(&log);
  std::vector<PolledSource*> sources;

  PolledSource* Add(char letter, std::function<bool()> work = nullptr) {
    PolledSource* source = PolledSource::Make(owner, &log, letter, std::move(work));
    EXPECT_EQ(loop->addEventSource(source), kIOReturnSuccess);
    sources.push_back(source);
    return source;
  }

  // Waits for `scans` openings of the gate by the thread, and a while for more.
  void WaitForScans(int scans) {
    WaitUntil([&] { return std::count(log.begin(), log.end(), '|') >= scans; });
    Settle();
  }

  ~LoopWithSources() {
    ReleaseAndJoin(loop);
    for (PolledSource* source : sources) source->release();
    owner->release();
  }
};

DRYDOCK_TEST(IOWorkLoop, WL1OneSignalPollsEverySourceOnceInOrderOfAddition) {
  LoopWithSources t;
  t.Add('a');
  t.Add('b');
  PolledSource* c = t.Add('c');
  c->signalWorkAvailable();
  t.WaitForScans(1);
  EXPECT_EQ(t.log, "abc|");
}

DRYDOCK_TEST(IOWorkLoop, WL2MoreWorkIsServedBeforeTheGateOpens) {
  LoopWithSources t;
  int more = 2;
  t.Add('a');
  PolledSource* b = t.Add('b', [&] { return more-- > 0; });
  t.Add('c');
  b->signalWorkAvailable();
  t.WaitForScans(1);
  EXPECT_EQ(t.log, "abcabcabc|");
}

// The order of visits when the action of the first of three sources adds another.
std::string ScanWithASourceAdded() {
  LoopWithSources t;
  bool added = false;
  PolledSource* a = t.Add('a', [&] {
    if (!added) {
      added = true;
      t.Add('L');
    }
    return false;
  });
  t.Add('b');
  t.Add('c');
  a->signalWorkAvailable();
  t.WaitForScans(1);
  return t.log;
}

DRYDOCK_TEST(IOWorkLoop, WL3SourceAddedInAnActionRestartsTheScan) {
  EXPECT_EQ(ScanWithASourceAdded(), "aabcL|");
}

DRYDOCK_TEST(IOWorkLoop, WL4SourceThatRemovesItselfIsNotVisitedAgain) {
  LoopWithSources t;
  PolledSource* b = nullptr;
  t.Add('a');
  b = t.Add('b', [&] {
    EXPECT_EQ(t.loop->removeEventSource(b), kIOReturnSuccess);
    return false;
  });
  t.Add('c');
  t.Add('L');
  b->signalWorkAvailable();
  t.WaitForScans(1);
  EXPECT_EQ(t.log, "abacL|");
  EXPECT_EQ(b->getWorkLoop(), nullptr);
}

DRYDOCK_TEST(IOWorkLoop, WL5SignalDuringAScanMakesAnotherAfterTheGateWasOpen) {
  LoopWithSources t;
  int signals = 1;
  PolledSource* a = t.Add('a');
  t.Add('b', [&] {
    if (signals-- > 0) a->signalWorkAvailable();
    return false;
  });
  a->signalWorkAvailable();
  t.WaitForScans(2);
  EXPECT_EQ(t.log, "ab|ab|");
}

DRYDOCK_TEST(IOWorkLoop, WL6SignalsBeforeTheThreadRunsCollapse) {
  LoopWithSources t;
  PolledSource* a = t.Add('a');
  t.loop->closeGate();
  for (int i = 0; i < 5; ++i) a->signalWorkAvailable();
  t.loop->openGate();
  t.WaitForScans(1);
  EXPECT_EQ(t.log, "a|");
}

DRYDOCK_TEST(IOWorkLoop, WL7SourceOfAnotherLoopIsNotMoved) {
  Findings findings;
  LoopWithSources t;
  TestLoop* second = TestLoop::Make();
  PolledSource* source = t.Add('a');
  const int retains = source->getRetainCount();
  EXPECT_EQ(second->addEventSource(source), kIOReturnSuccess);
  EXPECT_EQ(source->getWorkLoop(), t.loop);
  EXPECT_EQ(source->getRetainCount(), retains);
  EXPECT_EQ(findings.Count("event-source-added-to-second-loop"), 1);
  ReleaseAndJoin(second);
}

DRYDOCK_TEST(IOWorkLoop, WL8RemovingFromAnotherLoopIsABadArgument) {
  LoopWithSources t;
  TestLoop* second = TestLoop::Make();
  PolledSource* source = t.Add('a');
  EXPECT_EQ(second->removeEventSource(source), kIOReturnBadArgument);
  EXPECT_EQ(source->getWorkLoop(), t.loop);
  ReleaseAndJoin(second);
}

DRYDOCK_TEST(IOWorkLoop, WL9RemovingAnUnattachedSourceDoesNothing) {
  LoopWithSources t;
  PolledSource* source = PolledSource::Make(t.owner, &t.log, 'a');
  EXPECT_EQ(t.loop->removeEventSource(source), kIOReturnSuccess);
  EXPECT_EQ(source->getRetainCount(), 1);
  source->release();
}

DRYDOCK_TEST(IOWorkLoop, WL10AddingTwiceRetainsOnce) {
  Findings findings;
  LoopWithSources t;
  PolledSource* source = t.Add('a');
  EXPECT_EQ(source->getRetainCount(), 2);
  EXPECT_EQ(t.loop->addEventSource(source), kIOReturnSuccess);
  EXPECT_EQ(source->getRetainCount(), 2);
  EXPECT_EQ(findings.Total(), 0);
}

DRYDOCK_TEST(IOWorkLoop, WL12SleepDropsAllLevelsAndRestoresThem) {
  TestLoop* loop = TestLoop::Make();
  int event = 0;
  bool other_was_in = false;
  for (int i = 0; i < 3; ++i) loop->closeGate();
  kernel::Thread* other = StartClient([&] {
    loop->closeGate();
    other_was_in = true;
    loop->wakeupGate(&event, false);
    loop->openGate();
  });
  EXPECT_EQ(loop->sleepGate(&event, THREAD_UNINT), THREAD_AWAKENED);
  EXPECT_TRUE(other_was_in);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(loop->inGate());
    loop->openGate();
  }
  EXPECT_FALSE(loop->inGate());
  kernel::ThreadJoin(other);
  ReleaseAndJoin(loop);
}

DRYDOCK_TEST(IOWorkLoop, WL13TryCloseGateNeverWaits) {
  TestLoop* loop = TestLoop::Make();
  ASSERT_TRUE(loop->tryCloseGate());
  EXPECT_TRUE(loop->tryCloseGate());  // held by the caller
  kernel::ThreadJoin(StartClient([&] { EXPECT_FALSE(loop->tryCloseGate()); }));
  loop->openGate();
  EXPECT_TRUE(loop->inGate());
  loop->openGate();
  ReleaseAndJoin(loop);
}

DRYDOCK_TEST(IOWorkLoop, WL14RunActionHoldsTheGateAndReturnsTheResult) {
  TestLoop* loop = TestLoop::Make();
  EXPECT_EQ(RunIn(loop,
                  [&] {
                    EXPECT_TRUE(loop->inGate());
                    return 42;
                  }),
            42);
  EXPECT_FALSE(loop->inGate());
  ReleaseAndJoin(loop);
}

DRYDOCK_TEST(IOWorkLoop, WL15RunActionKnowsNoDisabledState) {
  LoopWithSources t;
  t.Add('a');
  t.loop->disableAllEventSources();
  EXPECT_EQ(RunIn(t.loop, [] { return 7; }), 7);
}

DRYDOCK_TEST(IOWorkLoop, WL18LastReleaseEndsTheThreadAndLetsGoOfTheSources) {
  std::string log;
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make(&log);
  PolledSource* a = PolledSource::Make(owner, &log, 'a');
  PolledSource* b = PolledSource::Make(owner, &log, 'b');
  loop->addEventSource(a);
  loop->addEventSource(b);
  ReleaseAndJoin(loop);
  for (PolledSource* source : {a, b}) {
    EXPECT_EQ(source->getWorkLoop(), nullptr);
    EXPECT_FALSE(source->isEnabled());
    EXPECT_EQ(source->getRetainCount(), 1);
    source->release();
  }
  owner->release();
}

DRYDOCK_TEST(IOWorkLoop, WL20LastReleaseInAnActionEndsTheScan) {
  std::string log;
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make(&log);
  PolledSource* a = PolledSource::Make(owner, &log, 'a', [&] {
    loop->release();
    return true;
  });
  PolledSource* b = PolledSource::Make(owner, &log, 'b');
  loop->addEventSource(a);
  loop->addEventSource(b);
  kernel::Thread* thread = loop->getThread();
  a->signalWorkAvailable();
  kernel::ThreadJoin(thread);
  EXPECT_EQ(log, "a|");
  EXPECT_EQ(a->getWorkLoop(), nullptr);
  a->release();
  b->release();
  owner->release();
}

DRYDOCK_TEST(IOWorkLoop, WL21LockTimeOptionsKeepTheOthers) {
  OSPtr<IOWorkLoop> plain = IOWorkLoop::workLoopWithOptions(IOWorkLoop::kPreciousStack);
  ReleaseAndJoin(plain);

  TestLoop* loop = TestLoop::Make();
  loop->set_options(IOWorkLoop::kPreciousStack);
  loop->setMaximumLockTime(5, ~0u);
  EXPECT_EQ(loop->options(), 3u);
  EXPECT_EQ(loop->lock_interval(), 5u);
  loop->setMaximumLockTime(0, 0);
  EXPECT_EQ(loop->options(), 1u);
  ReleaseAndJoin(loop);
}

DRYDOCK_TEST(IOWorkLoop, GateHeldTooLongIsAFinding) {
  Findings findings;
  TestLoop* loop = TestLoop::Make();
  loop->setMaximumLockTime(kMillisecond, 0);
  RunIn(loop, [] { return kIOReturnSuccess; });
  EXPECT_EQ(findings.Total(), 0);
  RunIn(loop, [] {
    kernel::Delay(2 * kMillisecond);
    return kIOReturnSuccess;
  });
  EXPECT_EQ(findings.Count("gate-held-too-long"), 1);
  loop->setMaximumLockTime(0, 0);
  ReleaseAndJoin(loop);
}

TEST(IOWorkLoop, GateHeldTooLongPanicsIfAsked) {
  TimedStrategy strategy;
  Simulation simulation({}, &strategy);
  const Outcome outcome = simulation.Run([] {
    TestLoop* loop = TestLoop::Make();
    loop->setMaximumLockTime(kMillisecond, IOWorkLoop::kTimeLockPanics);
    RunIn(loop, [] {
      kernel::Delay(2 * kMillisecond);
      return kIOReturnSuccess;
    });
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic) << outcome.text;
}

// An action calls `hold`, with another thread waiting for the gate if there are `others`.
void HoldGate(TestLoop* loop, bool others, const std::function<void()>& hold) {
  kernel::Thread* other = nullptr;
  RunIn(loop, [&] {
    if (others) {
      other = StartClient([loop] { RunIn(loop, [] { return kIOReturnSuccess; }); });
      kernel::Delay(100 * kernel::kMicrosecond);
    }
    hold();
    return kIOReturnSuccess;
  });
  if (other != nullptr) kernel::ThreadJoin(other);
}

DRYDOCK_TEST(IOWorkLoop, SleepInAnActionThatKeepsOthersWaitingIsAFinding) {
  Findings findings;
  TestLoop* loop = TestLoop::Make();
  HoldGate(loop, /*others=*/true, [] { kernel::Sleep(5 * kernel::kMillisecond); });
  EXPECT_EQ(findings.Count("blocking-sleep-in-action"), 1);
  // With the latency it added: the 5 ms, and as long as it had to wait for a CPU then.
  const std::string sentence = findings.sentence("blocking-sleep-in-action");
  const size_t number = sentence.find(" slept for ");
  ASSERT_NE(number, std::string::npos) << sentence;
  EXPECT_GE(std::stoull(sentence.substr(number + 11)), 4'990'000u) << sentence;
  EXPECT_NE(findings.sentence("blocking-sleep-in-action").find(" 1 thread waiting"),
            std::string::npos);
  ReleaseAndJoin(loop);
}

DRYDOCK_TEST(IOWorkLoop, SleepInAnActionThatNobodyNoticesIsAdvice) {
  Findings findings;
  TestLoop* loop = TestLoop::Make();
  HoldGate(loop, /*others=*/false, [] { kernel::Sleep(5 * kernel::kMillisecond); });
  EXPECT_EQ(findings.Advice("blocking-sleep-in-action"), 1);
  ReleaseAndJoin(loop);
}

DRYDOCK_TEST(IOWorkLoop, ComputingOrSleepingInTheGateIsNoBlockingSleep) {
  Findings findings;
  TestLoop* loop = TestLoop::Make();
  HoldGate(loop, /*others=*/true, [] { kernel::Delay(5 * kernel::kMillisecond); });
  HoldGate(loop, /*others=*/true, [loop] {
    loop->sleepGate(loop, kernel::Now() + 5 * kernel::kMillisecond, THREAD_UNINT);
  });
  EXPECT_EQ(findings.Total(), 0);
  EXPECT_EQ(findings.Advice("blocking-sleep-in-action"), 0);
  ReleaseAndJoin(loop);
}

DRYDOCK_TEST(IOWorkLoop, WL22UnknownMaintenanceIsUnsupported) {
  LoopWithSources t;
  PolledSource* source = t.Add('a');
  EXPECT_EQ(t.loop->RunMaintenance(2, source), kIOReturnUnsupported);
  EXPECT_EQ(source->getWorkLoop(), t.loop);
}

DRYDOCK_TEST(IOWorkLoop, WL23AddingDoesNotWakeTheThread) {
  LoopWithSources t;
  t.Add('a');
  Settle();
  EXPECT_EQ(t.log, "");
}

DRYDOCK_TEST(IOWorkLoop, WL24ClientIsInTheGateButNotOnTheThread) {
  TestLoop* loop = TestLoop::Make();
  RunIn(loop, [&] {
    EXPECT_TRUE(loop->inGate());
    EXPECT_FALSE(loop->onThread());
    return kIOReturnSuccess;
  });
  ReleaseAndJoin(loop);
}

DRYDOCK_TEST(IOWorkLoop, ActionsOfTheLoopAreOnItsThreadAndInTheGate) {
  LoopWithSources t;
  PolledSource* source = nullptr;
  source = t.Add('a', [&] {
    EXPECT_TRUE(t.loop->onThread());
    EXPECT_TRUE(source->onThread());
    EXPECT_TRUE(t.loop->inGate());
    return false;
  });
  source->signalWorkAvailable();
  t.WaitForScans(1);
  EXPECT_EQ(t.log, "a|");
}

DRYDOCK_TEST(IOWorkLoop, WL25DeadlineZeroIsNone) {
  TestLoop* loop = TestLoop::Make();
  int event = 0;
  bool asleep = true;
  kernel::Thread* sleeper = StartClient([&] {
    loop->closeGate();
    EXPECT_EQ(loop->sleepGate(&event, 0, THREAD_UNINT), THREAD_AWAKENED);
    asleep = false;
    loop->openGate();
  });
  kernel::Sleep(3600 * kernel::kSecond);
  EXPECT_TRUE(asleep);
  loop->wakeupGate(&event, true);
  kernel::ThreadJoin(sleeper);
  ReleaseAndJoin(loop);
}

DRYDOCK_TEST(IOWorkLoop, PastDeadlineTimesOut) {
  TestLoop* loop = TestLoop::Make();
  kernel::Sleep(kMillisecond);
  int event = 0;
  loop->closeGate();
  EXPECT_EQ(loop->sleepGate(&event, 1, THREAD_UNINT), THREAD_TIMED_OUT);
  EXPECT_TRUE(loop->inGate());
  loop->openGate();
  ReleaseAndJoin(loop);
}

DRYDOCK_TEST(IOWorkLoop, WL26OnlySourcesThatOverrideCheckForWorkArePolled) {
  LoopWithSources t;
  auto* plain = new PlainSource;
  ASSERT_TRUE(plain->init(t.owner));
  t.loop->addEventSource(plain);
  PolledSource* polled = t.Add('a');
  const int visits = plain->visits();
  polled->signalWorkAvailable();
  t.WaitForScans(1);
  EXPECT_EQ(t.log, "a|");
  EXPECT_EQ(plain->visits(), visits);
  t.loop->removeEventSource(plain);
  plain->release();
}

DRYDOCK_TEST(IOWorkLoop, WL26OverrideInASuperclassCounts) {
  std::string log;
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make(&log);
  auto* source = new DerivedPolledSource;
  ASSERT_TRUE(source->Init(owner, &log, 'd'));
  loop->addEventSource(source);
  source->signalWorkAvailable();
  WaitUntil([&] { return log == "d|"; });
  ReleaseAndJoin(loop);
  source->release();
  owner->release();
}

DRYDOCK_TEST(IOWorkLoop, ThreadIsNamedAfterTheFirstOwner) {
  LoopWithSources t;
  t.Add('a');
  EXPECT_STREQ(kernel::ThreadName(t.loop->getThread()), "TestOwner");
  EXPECT_EQ(kernel::ThreadPriority(t.loop->getThread()), 81);
}

DRYDOCK_TEST(IOWorkLoop, BulkDisableSkipsTheControlGateAndEnableDoesNot) {
  TestLoop* loop = TestLoop::Make();
  EventCount disables(trace::EventKind::kSourceDisable);
  EventCount enables(trace::EventKind::kSourceEnable);
  loop->disableAllEventSources();
  EXPECT_EQ(disables.count(), 0);
  loop->enableAllEventSources();
  EXPECT_EQ(enables.count(), 1);
  ReleaseAndJoin(loop);
}

DRYDOCK_TEST(IOWorkLoop, FreedWithASleeperIsAFinding) {
  Findings findings;
  TestLoop* loop = TestLoop::Make();
  int event = 0;
  EventCount sleeps(trace::EventKind::kGateSleep);
  kernel::Thread* sleeper = StartClient([&] {
    loop->closeGate();
    loop->sleepGate(&event, THREAD_UNINT);
    loop->openGate();
  });
  WaitUntil([&] { return sleeps.count() == 1 && loop->sleepers() == 1; });
  ReleaseAndJoin(loop);
  EXPECT_EQ(findings.Count("work-loop-freed-with-sleeper"), 1);
  kernel::ThreadWakeup(&event, false);
  kernel::ThreadJoin(sleeper);
}

DRYDOCK_TEST(IOWorkLoop, GateEventsAlternateAndNameTheOutermostTransitionsOnly) {
  TestLoop* loop = TestLoop::Make();
  EventCount closes(trace::EventKind::kGateClose);
  EventCount opens(trace::EventKind::kGateOpen);
  loop->closeGate();
  loop->closeGate();
  EXPECT_EQ(closes.count(), 1);
  int event = 0;
  loop->sleepGate(&event, kernel::Now() + kMillisecond, THREAD_UNINT);
  EXPECT_EQ(opens.count(), 1);
  EXPECT_EQ(closes.count(), 2);
  loop->openGate();
  loop->openGate();
  EXPECT_EQ(opens.count(), 2);
  ReleaseAndJoin(loop);
}

DRYDOCK_TEST(IOWorkLoop, ActionsOfTwoClientsNeverOverlap) {
  TestLoop* loop = TestLoop::Make();
  int inside = 0;
  auto client = [&] {
    for (int i = 0; i < 3; ++i) {
      RunIn(loop, [&] {
        EXPECT_EQ(++inside, 1);
        kernel::Delay(kernel::kMicrosecond);
        --inside;
        return kIOReturnSuccess;
      });
    }
  };
  kernel::Thread* first = StartClient(client);
  kernel::Thread* second = StartClient(client);
  kernel::ThreadJoin(first);
  kernel::ThreadJoin(second);
  ReleaseAndJoin(loop);
}

DRYDOCK_TEST_2003(IOWorkLoop, HX6SourceAddedInAnActionIsServedInTheSameScan) {
  EXPECT_EQ(ScanWithASourceAdded(), "abcL|");
}

DRYDOCK_TEST_2003(IOWorkLoop, RemovalInAnActionOf2003EndsTheScan) {
  LoopWithSources t;
  PolledSource* b = nullptr;
  PolledSource* a = t.Add('a');
  b = t.Add('b', [&] {
    EXPECT_EQ(t.loop->removeEventSource(b), kIOReturnSuccess);
    return false;
  });
  t.Add('c');
  a->signalWorkAvailable();
  t.WaitForScans(1);
  EXPECT_EQ(t.log, "ab|");
  a->signalWorkAvailable();
  t.WaitForScans(2);
  EXPECT_EQ(t.log, "ab|ac|");
}

DRYDOCK_TEST_2003(IOWorkLoop, EverySourceOf2003IsPolled) {
  LoopWithSources t;
  auto* plain = new PlainSource;
  plain->init(t.owner);
  t.loop->addEventSource(plain);
  PolledSource* a = t.Add('a');
  const int before = plain->visits();
  a->signalWorkAvailable();
  t.WaitForScans(1);
  EXPECT_GT(plain->visits(), before);
  t.loop->removeEventSource(plain);
  plain->release();
}

}  // namespace
}  // namespace drydock
