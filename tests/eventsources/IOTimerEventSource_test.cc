// Timers: deadlines, cancelling, stale expiries, and where the action runs.
#include <IOKit/IOTimerEventSource.h>

#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace drydock {

// A timer that counts how often it is polled.
class PollCountingTimer : public IOTimerEventSource {
  OSDeclareDefaultStructors(PollCountingTimer)

 public:
  bool checkForWork() override {
    ++polls_;
    return IOTimerEventSource::checkForWork();
  }
  int polls() const { return polls_; }

 private:
  int polls_;
};
OSDefineMetaClassAndStructors(PollCountingTimer, IOTimerEventSource)

namespace {

using kernel::kMicrosecond;
using kernel::kMillisecond;
using kernel::kSecond;
using trace::EventKind;

// Lets whatever is due happen.
void Settle() { kernel::Sleep(100 * kMillisecond); }

// A timer on a loop. `on_fire` is its action, if given; `fires` counts it.
struct LoopWithTimer {
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make();
  IOTimerEventSource* timer;
  std::function<void()> on_fire;
  int fires = 0;
  kernel::Time fired_at = 0;

  static void Fired(OSObject*, IOTimerEventSource* sender) {
    auto* self = static_cast<LoopWithTimer*>(sender->getRefcon());
    ++self->fires;
    self->fired_at = kernel::Now();
    if (self->on_fire != nullptr) self->on_fire();
  }

  explicit LoopWithTimer(uint32_t options = kIOTimerEventSourceOptionsDefault, bool attach = true)
      : timer(IOTimerEventSource::timerEventSource(options, owner, &Fired)) {
    timer->setRefcon(this);
    if (attach) {
      EXPECT_EQ(loop->addEventSource(timer), kIOReturnSuccess);
    }
  }
  ~LoopWithTimer() {
    timer->cancelTimeout();
    // The worker may be on its way out of the action.
    WaitUntil([&] { return loop->getRetainCount() == 1; });
    ReleaseAndJoin(loop);
    WaitUntil([&] { return timer->getRetainCount() == 1; });
    timer->release();
    owner->release();
  }

  void WaitForFires(int count) {
    WaitUntil([&] { return fires >= count; });
    Settle();
    EXPECT_EQ(fires, count);
  }
  void ExpectNoFire() {
    Settle();
    EXPECT_EQ(fires, 0);
  }
  // Holds the gate, arms the timer, lets it expire, calls `then`, and opens the gate.
  void ExpireWithTheGateHeld(std::function<void()> then) {
    RunIn(loop, [&] {
      EventCount expiries(EventKind::kTimerExpire);
      timer->setTimeoutUS(10);
      WaitUntil([&] { return expiries.count() == 1; });
      kernel::Sleep(kMillisecond);
      then();
      return kIOReturnSuccess;
    });
  }
};

DRYDOCK_TEST(IOTimerEventSource, EV1NoOwnerNoTimer) {
  EXPECT_EQ(IOTimerEventSource::timerEventSource(nullptr, &LoopWithTimer::Fired), nullptr);
}

DRYDOCK_TEST(IOTimerEventSource, EV3RemovedTimerIsDisabledAndStaysSo) {
  LoopWithTimer t;
  EXPECT_TRUE(t.timer->isEnabled());
  t.loop->removeEventSource(t.timer);
  EXPECT_FALSE(t.timer->isEnabled());
  t.loop->addEventSource(t.timer);
  EXPECT_FALSE(t.timer->isEnabled());
}

DRYDOCK_TEST(IOTimerEventSource, TM1SetBeforeItIsAddedItFiresAfterwards) {
  LoopWithTimer t(kIOTimerEventSourceOptionsDefault, /*attach=*/false);
  EventCount arms(EventKind::kTimerArm);
  const kernel::Time before = kernel::Now();
  EXPECT_EQ(t.timer->setTimeoutMS(10), kIOReturnSuccess);
  const kernel::Time after = kernel::Now();
  t.ExpectNoFire();
  EXPECT_EQ(arms.count(), 0);
  t.loop->addEventSource(t.timer);
  t.WaitForFires(1);
  // The deadline dates from the original call.
  EXPECT_GE(arms.last().value, before + 10 * kMillisecond);
  EXPECT_LE(arms.last().value, after + 10 * kMillisecond);
}

DRYDOCK_TEST(IOTimerEventSource, TM2WithoutAnActionThereAreNoResources) {
  TestOwner* owner = TestOwner::Make();
  IOTimerEventSource* timer = IOTimerEventSource::timerEventSource(owner);
  EXPECT_EQ(timer->setTimeoutTicks(1), kIOReturnNoResources);
  EXPECT_EQ(timer->setTimeoutMS(1), kIOReturnNoResources);
  EXPECT_EQ(timer->setTimeoutUS(1), kIOReturnNoResources);
  EXPECT_EQ(timer->setTimeout(UInt32{1}), kIOReturnNoResources);
  EXPECT_EQ(timer->setTimeout(AbsoluteTime{1}), kIOReturnNoResources);
  EXPECT_EQ(timer->setTimeout(0, AbsoluteTime{1}, AbsoluteTime{0}), kIOReturnNoResources);
  EXPECT_EQ(timer->wakeAtTimeTicks(1), kIOReturnNoResources);
  EXPECT_EQ(timer->wakeAtTimeMS(1), kIOReturnNoResources);
  EXPECT_EQ(timer->wakeAtTimeUS(1), kIOReturnNoResources);
  EXPECT_EQ(timer->wakeAtTime(UInt32{1}), kIOReturnNoResources);
  EXPECT_EQ(timer->wakeAtTime(AbsoluteTime{1}), kIOReturnNoResources);
  EXPECT_TRUE(timer->isEnabled());
  timer->enable();
  EXPECT_FALSE(timer->isEnabled());
  timer->release();
  owner->release();
}

DRYDOCK_TEST(IOTimerEventSource, TM3DefaultActionIsInTheGateButNotOnTheThread) {
  LoopWithTimer t;
  int priority = 0;
  t.on_fire = [&] {
    EXPECT_TRUE(t.loop->inGate());
    EXPECT_FALSE(t.timer->onThread());
    priority = kernel::ThreadPriority(kernel::CurrentThread());
  };
  t.timer->setTimeoutUS(10);
  t.WaitForFires(1);
  EXPECT_EQ(priority, 92);
}

DRYDOCK_TEST(IOTimerEventSource, TM3WorkLoopActionIsOnTheThread) {
  LoopWithTimer t(kIOTimerEventSourceOptionsPriorityWorkLoop);
  t.on_fire = [&] {
    EXPECT_TRUE(t.loop->inGate());
    EXPECT_TRUE(t.timer->onThread());
  };
  t.timer->setTimeoutUS(10);
  t.WaitForFires(1);
}

DRYDOCK_TEST(IOTimerEventSource, PrioritiesOfTheOtherKinds) {
  const std::pair<uint32_t, int> kKinds[] = {{kIOTimerEventSourceOptionsPriorityHigh, 93},
                                             {kIOTimerEventSourceOptionsPriorityKernelHigh, 92},
                                             {kIOTimerEventSourceOptionsPriorityKernel, 81},
                                             {kIOTimerEventSourceOptionsPriorityUser, 31},
                                             {kIOTimerEventSourceOptionsPriorityLow, 4}};
  for (auto [options, expected] : kKinds) {
    LoopWithTimer t(options);
    int priority = 0;
    t.on_fire = [&] { priority = kernel::ThreadPriority(kernel::CurrentThread()); };
    t.timer->setTimeoutUS(10);
    t.WaitForFires(1);
    EXPECT_EQ(priority, expected) << options;
  }
}

DRYDOCK_TEST(IOTimerEventSource, OnlyWorkLoopTimersArePolled) {
  LoopWithTimer t;
  auto* passive = new PollCountingTimer;
  auto* active = new PollCountingTimer;
  ASSERT_TRUE(passive->init(kIOTimerEventSourceOptionsDefault, t.owner, nullptr));
  ASSERT_TRUE(active->init(kIOTimerEventSourceOptionsPriorityWorkLoop, t.owner, nullptr));
  t.loop->addEventSource(passive);
  t.loop->addEventSource(active);
  t.timer->enable();  // a signal
  WaitUntil([&] { return active->polls() > 0; });
  Settle();
  EXPECT_EQ(passive->polls(), 0);
  for (PollCountingTimer* timer : {passive, active}) {
    t.loop->removeEventSource(timer);
    timer->release();
  }
}

DRYDOCK_TEST(IOTimerEventSource, TM4EnableFiresATimerThatHasFiredAgain) {
  Findings findings;
  LoopWithTimer t;
  t.timer->setTimeoutUS(10);
  t.WaitForFires(1);
  t.timer->enable();
  t.WaitForFires(2);
  EXPECT_EQ(findings.Advice("fired-timer-enabled"), 1);
}

DRYDOCK_TEST(IOTimerEventSource, TM5SoDoesEnablingAllSources) {
  Findings findings;
  LoopWithTimer t;
  t.timer->setTimeoutUS(10);
  t.WaitForFires(1);
  t.loop->enableAllEventSources();
  t.WaitForFires(2);
  EXPECT_EQ(findings.Advice("fired-timer-enabled"), 1);
}

DRYDOCK_TEST(IOTimerEventSource, TM6CancelledTimerIsNotFiredByEnable) {
  LoopWithTimer t;
  t.timer->setTimeoutMS(10);
  t.timer->cancelTimeout();
  t.timer->enable();
  t.ExpectNoFire();
}

DRYDOCK_TEST(IOTimerEventSource, TM7DisabledTimerFiresOnceWhenEnabled) {
  LoopWithTimer t;
  t.timer->setTimeoutMS(10);
  t.timer->disable();
  t.ExpectNoFire();
  t.timer->enable();
  t.WaitForFires(1);
}

DRYDOCK_TEST(IOTimerEventSource, TM8SetWhileDisabledItFiresWhenEnabled) {
  LoopWithTimer t;
  t.timer->disable();
  EXPECT_EQ(t.timer->setTimeoutMS(10), kIOReturnSuccess);
  t.ExpectNoFire();
  t.timer->enable();
  t.WaitForFires(1);
}

DRYDOCK_TEST(IOTimerEventSource, TM9CancelInTheGateIsObeyedByAnExpiryThatWaitsForIt) {
  AllowSleepInGate();
  LoopWithTimer t;
  t.ExpireWithTheGateHeld([&] { t.timer->cancelTimeout(); });
  t.ExpectNoFire();
}

DRYDOCK_TEST(IOTimerEventSource, TM10RearmInTheGateReplacesAnExpiryThatWaitsForIt) {
  AllowSleepInGate();
  LoopWithTimer t;
  kernel::Time deadline = 0;
  t.ExpireWithTheGateHeld([&] {
    deadline = kernel::Now() + 20 * kMillisecond;
    t.timer->wakeAtTime(AbsoluteTime{deadline});
  });
  t.WaitForFires(1);
  EXPECT_GE(t.fired_at, deadline);
}

DRYDOCK_TEST(IOTimerEventSource, TM11UngatedCancelDoesNotWaitForTheAction) {
  Findings findings;
  LoopWithTimer t;
  bool cancelled = false;
  t.on_fire = [&] { WaitUntil([&] { return cancelled; }); };
  t.timer->setTimeoutUS(10);
  WaitUntil([&] { return t.fires == 1; });
  t.timer->cancelTimeout();
  EXPECT_EQ(findings.Advice("timer-cancelled-during-its-action"), 1);
  cancelled = true;
  t.WaitForFires(1);
}

DRYDOCK_TEST(IOTimerEventSource, TM12RearmedInItsActionItFiresAgainAfterwards) {
  Findings findings;
  LoopWithTimer t;
  bool inside = false;
  t.on_fire = [&] {
    EXPECT_FALSE(inside);
    inside = true;
    if (t.fires <= 3) t.timer->setTimeoutUS(5);
    kernel::Delay(20 * kMicrosecond);
    inside = false;
  };
  t.timer->setTimeoutUS(10);
  t.WaitForFires(4);
  EXPECT_EQ(findings.Advice("timer-set-during-its-action"), 0);
}

DRYDOCK_TEST(IOTimerEventSource, TM13RearmAndCancelInItsActionBalance) {
  LoopWithTimer t;
  t.on_fire = [&] {
    t.timer->setTimeoutUS(5);
    t.timer->cancelTimeout();
  };
  t.timer->setTimeoutUS(10);
  t.WaitForFires(1);
  EXPECT_EQ(t.timer->getRetainCount(), 2);
  EXPECT_EQ(t.loop->getRetainCount(), 1);
}

DRYDOCK_TEST(IOTimerEventSource, TM14TimerMayRemoveItselfInItsAction) {
  LoopWithTimer t;
  t.on_fire = [&] { EXPECT_EQ(t.loop->removeEventSource(t.timer), kIOReturnSuccess); };
  t.timer->setTimeoutUS(10);
  t.WaitForFires(1);
  EXPECT_FALSE(t.timer->isEnabled());
  EXPECT_EQ(t.timer->getWorkLoop(), nullptr);
  EXPECT_EQ(t.timer->getRetainCount(), 1);
  EXPECT_EQ(t.loop->getRetainCount(), 1);
}

DRYDOCK_TEST(IOTimerEventSource, TM15ReAddedTimerWaitsForEnable) {
  Findings findings;
  LoopWithTimer t;
  t.loop->removeEventSource(t.timer);
  t.loop->addEventSource(t.timer);
  EXPECT_EQ(t.timer->setTimeoutMS(10), kIOReturnSuccess);
  EXPECT_EQ(findings.Advice("source-not-enabled-after-re-add"), 1);
  t.ExpectNoFire();
  t.timer->enable();
  t.WaitForFires(1);
}

DRYDOCK_TEST(IOTimerEventSource, TM16PendingTimerRetainsItselfAndTheLoopOnce) {
  LoopWithTimer t;
  const int timer_retains = t.timer->getRetainCount();
  const int loop_retains = t.loop->getRetainCount();
  t.timer->setTimeout(AbsoluteTime{100 * kSecond});
  EXPECT_EQ(t.timer->getRetainCount(), timer_retains + 1);
  EXPECT_EQ(t.loop->getRetainCount(), loop_retains + 1);
  t.timer->setTimeout(AbsoluteTime{200 * kSecond});
  EXPECT_EQ(t.timer->getRetainCount(), timer_retains + 1);
  EXPECT_EQ(t.loop->getRetainCount(), loop_retains + 1);
  t.timer->cancelTimeout();
  EXPECT_EQ(t.timer->getRetainCount(), timer_retains);
  EXPECT_EQ(t.loop->getRetainCount(), loop_retains);
}

DRYDOCK_TEST(IOTimerEventSource, TM17RemovalTakesBackWhatIsPending) {
  LoopWithTimer t;
  t.timer->setTimeoutMS(10);
  t.loop->removeEventSource(t.timer);
  EXPECT_EQ(t.timer->getRetainCount(), 1);
  EXPECT_EQ(t.loop->getRetainCount(), 1);
  t.ExpectNoFire();
}

DRYDOCK_TEST(IOTimerEventSource, TM18WakeAtTimeZeroDoesNotCancel) {
  LoopWithTimer t;
  t.timer->setTimeoutMS(10);
  EXPECT_EQ(t.timer->wakeAtTime(AbsoluteTime{0}), kIOReturnSuccess);
  t.WaitForFires(1);
}

DRYDOCK_TEST(IOTimerEventSource, TM19DefaultTimerDoesNotFireWhileItsActionSleeps) {
  Findings findings;
  LoopWithTimer t;
  int event = 0;
  t.on_fire = [&] {
    if (t.fires == 1) t.loop->sleepGate(&event, THREAD_UNINT);
  };
  t.timer->setTimeoutUS(10);
  WaitUntil([&] { return t.loop->sleepers() == 1; });
  t.timer->setTimeoutUS(10);
  Settle();
  EXPECT_EQ(t.fires, 1);
  EXPECT_EQ(findings.Advice("timer-set-during-its-action"), 1);
  t.loop->wakeupGate(&event, false);
  t.WaitForFires(2);
}

DRYDOCK_TEST(IOTimerEventSource, TM19ReenteringTimerFiresWhileItsActionSleeps) {
  Findings findings;
  LoopWithTimer t(kIOTimerEventSourceOptionsDefault | kIOTimerEventSourceOptionsAllowReenter);
  int event = 0;
  t.on_fire = [&] {
    if (t.fires == 1) t.loop->sleepGate(&event, THREAD_UNINT);
  };
  t.timer->setTimeoutUS(10);
  WaitUntil([&] { return t.loop->sleepers() == 1; });
  t.timer->setTimeoutUS(10);
  t.WaitForFires(2);
  EXPECT_EQ(t.loop->sleepers(), 1);
  EXPECT_EQ(findings.Advice("timer-set-during-its-action"), 0);
  t.loop->wakeupGate(&event, false);
  WaitUntil([&] { return t.loop->sleepers() == 0; });
}

DRYDOCK_TEST(IOTimerEventSource, TM20SenselessOptionsMakeNoTimer) {
  TestOwner* owner = TestOwner::Make();
  EXPECT_EQ(IOTimerEventSource::timerEventSource(
                kIOTimerEventSourceOptionsPriorityWorkLoop | kIOTimerEventSourceOptionsAllowReenter,
                owner, &LoopWithTimer::Fired),
            nullptr);
  EXPECT_EQ(IOTimerEventSource::timerEventSource(0x05, owner, &LoopWithTimer::Fired), nullptr);
  EXPECT_EQ(owner->getRetainCount(), 1);
  owner->release();
}

DRYDOCK_TEST(IOTimerEventSource, TM21StaleExpiryOfAWorkLoopTimerIsSuppressed) {
  AllowSleepInGate();
  const std::function<void(IOTimerEventSource*)> kWays[] = {
      [](IOTimerEventSource* timer) { timer->setTimeout(AbsoluteTime{3600 * kSecond}); },
      [](IOTimerEventSource* timer) { timer->disable(); },
      [](IOTimerEventSource* timer) { timer->cancelTimeout(); },
  };
  for (const auto& way : kWays) {
    LoopWithTimer t(kIOTimerEventSourceOptionsPriorityWorkLoop);
    t.ExpireWithTheGateHeld([&] { way(t.timer); });
    t.ExpectNoFire();
  }
}

DRYDOCK_TEST(IOTimerEventSource, TM22PendingWorkLoopTimerRetainsNothing) {
  LoopWithTimer t(kIOTimerEventSourceOptionsPriorityWorkLoop);
  const int timer_retains = t.timer->getRetainCount();
  const int loop_retains = t.loop->getRetainCount();
  t.timer->setTimeout(AbsoluteTime{100 * kSecond});
  EXPECT_EQ(t.timer->getRetainCount(), timer_retains);
  EXPECT_EQ(t.loop->getRetainCount(), loop_retains);
}

DRYDOCK_TEST(IOTimerEventSource, TM23TimerBlockedOnItsGateLetsTheNextOneRun) {
  AllowSleepInGate();
  LoopWithTimer first;
  LoopWithTimer second;
  first.ExpireWithTheGateHeld([&] {
    second.timer->setTimeoutUS(10);
    WaitUntil([&] { return second.fires == 1; });
    EXPECT_EQ(first.fires, 0);
  });
  first.WaitForFires(1);
}

DRYDOCK_TEST(IOTimerEventSource, TM23TimerWhoseActionComputesMakesTheNextOneWait) {
  LoopWithTimer first;
  LoopWithTimer second;
  int inside = 0;
  first.on_fire = second.on_fire = [&] {
    EXPECT_EQ(++inside, 1);
    kernel::Delay(kMillisecond);
    --inside;
  };
  first.timer->setTimeoutUS(10);
  second.timer->setTimeoutUS(10);
  first.WaitForFires(1);
  second.WaitForFires(1);
}

DRYDOCK_TEST(IOTimerEventSource, TM24SetTimeoutIsRelativeAndWakeAtTimeSinceBoot) {
  LoopWithTimer t;
  kernel::Sleep(kSecond);
  EventCount arms(EventKind::kTimerArm);
  kernel::Time before = kernel::Now();
  t.timer->setTimeoutMS(500);
  EXPECT_GE(arms.last().value, before + 500 * kMillisecond);
  EXPECT_LE(arms.last().value, kernel::Now() + 500 * kMillisecond);
  t.timer->wakeAtTimeMS(5000);
  EXPECT_EQ(arms.last().value, 5 * kSecond);
  t.timer->wakeAtTimeUS(6000000);
  EXPECT_EQ(arms.last().value, 6 * kSecond);
  t.timer->wakeAtTimeTicks(700);
  EXPECT_EQ(arms.last().value, 7 * kSecond);
  t.timer->wakeAtTime(UInt32{8}, kSecondScale);
  EXPECT_EQ(arms.last().value, 8 * kSecond);
  before = kernel::Now();
  t.timer->setTimeoutTicks(700);
  EXPECT_GE(arms.last().value, before + 7 * kSecond);
  EXPECT_EQ(t.fires, 0);
}

DRYDOCK_TEST(IOTimerEventSource, TM25NeverBeforeTheDeadline) {
  LoopWithTimer t;
  EventCount arms(EventKind::kTimerArm);
  for (UInt32 us : {0u, 1u, 50u, 3000u}) {
    const int fires = t.fires;
    t.timer->setTimeoutUS(us);
    const kernel::Time deadline = arms.last().value;
    WaitUntil([&] { return t.fires > fires; });
    EXPECT_GE(t.fired_at, deadline) << us;
  }
}

DRYDOCK_TEST(IOTimerEventSource, NewestDeadlineWins) {
  LoopWithTimer t;
  EventCount arms(EventKind::kTimerArm);
  t.timer->setTimeout(AbsoluteTime{3600 * kSecond});
  t.timer->setTimeout(AbsoluteTime{7200 * kSecond});
  const kernel::Time deadline = arms.last().value;
  kernel::Sleep(5000 * kSecond);
  EXPECT_EQ(t.fires, 0);
  kernel::Sleep(3000 * kSecond);
  t.WaitForFires(1);
  EXPECT_GE(t.fired_at, deadline);
}

DRYDOCK_TEST(IOTimerEventSource, WorkLoopTimerFiresOncePerDeadlineHoweverOftenItIsPolled) {
  std::string log;
  LoopWithTimer t(kIOTimerEventSourceOptionsPriorityWorkLoop);
  PolledSource* other = PolledSource::Make(t.owner, &log, 'a');
  t.loop->addEventSource(other);
  t.timer->setTimeoutUS(10);
  t.WaitForFires(1);
  const size_t polls = log.size();
  other->signalWorkAvailable();
  WaitUntil([&] { return log.size() > polls; });
  t.WaitForFires(1);
  t.loop->removeEventSource(other);
  other->release();
}

DRYDOCK_TEST(IOTimerEventSource, FreedInItsOwnActionOnTheThreadIsAFinding) {
  Findings findings;
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make();
  struct Context {
    TestLoop* loop;
    bool done = false;
  } context{loop};
  IOTimerEventSource* timer = IOTimerEventSource::timerEventSource(
      kIOTimerEventSourceOptionsPriorityWorkLoop, owner, [](OSObject*, IOTimerEventSource* sender) {
        auto* context = static_cast<Context*>(sender->getRefcon());
        context->loop->removeEventSource(sender);
        context->done = true;
      });
  timer->setRefcon(&context);
  loop->addEventSource(timer);
  timer->release();  // now the loop alone retains it
  timer->setTimeoutUS(10);
  WaitUntil([&] { return context.done; });
  EXPECT_EQ(findings.Count("event-source-freed-in-action"), 1);
  ReleaseAndJoin(loop);
  owner->release();
}

DRYDOCK_TEST_2003(IOTimerEventSource, HX4CancelInTheGateDoesNotStopAnExpiryThatWaitsForIt) {
  AllowSleepInGate();
  LoopWithTimer t;
  t.ExpireWithTheGateHeld([&] { t.timer->cancelTimeout(); });
  t.WaitForFires(1);
}

DRYDOCK_TEST_2003(IOTimerEventSource, HX4NorDoesDisablingTheTimer) {
  AllowSleepInGate();
  LoopWithTimer t;
  t.ExpireWithTheGateHeld([&] { t.timer->disable(); });
  t.WaitForFires(1);
  EXPECT_FALSE(t.timer->isEnabled());
}

DRYDOCK_TEST_2003(IOTimerEventSource, HX4DisabledBeforeItExpiresItDoesNotFire) {
  LoopWithTimer t;
  t.timer->setTimeoutMS(1);
  t.timer->disable();
  t.ExpectNoFire();
}

DRYDOCK_TEST_2003(IOTimerEventSource, HX5RearmedUnderAnExpiryThatWaitsForTheGateItFiresTwice) {
  AllowSleepInGate();
  LoopWithTimer t;
  std::vector<kernel::Time> fired;
  t.on_fire = [&] { fired.push_back(kernel::Now()); };
  kernel::Time deadline = 0;
  t.ExpireWithTheGateHeld([&] {
    deadline = kernel::Now() + 20 * kMillisecond;
    t.timer->wakeAtTime(AbsoluteTime{deadline});
  });
  t.WaitForFires(2);
  EXPECT_LT(fired[0], deadline);
  EXPECT_GE(fired[1], deadline);
}

DRYDOCK_TEST_2003(IOTimerEventSource, PendingTimerOf2003RetainsNothing) {
  LoopWithTimer t;
  t.timer->setTimeoutMS(1000);
  EXPECT_EQ(t.timer->getRetainCount(), 2);  // the loop's and this test's
  EXPECT_EQ(t.loop->getRetainCount(), 1);
}

DRYDOCK_TEST_2003(IOTimerEventSource, DetachedTimerOf2003IsArmedAndItsExpiryIsAFinding) {
  Findings findings;
  LoopWithTimer t(kIOTimerEventSourceOptionsDefault, /*attach=*/false);
  t.timer->setTimeoutMS(1);
  t.ExpectNoFire();
  EXPECT_EQ(findings.Count("gate-of-detached-source"), 1);
}

DRYDOCK_TEST_2003(IOTimerEventSource, TimerOf2003FreedUnderAnExpiryThatWaitsIsAFinding) {
  AllowSleepInGate();
  Findings findings;
  LoopWithTimer t;
  t.timer->retain();
  t.ExpireWithTheGateHeld([&] {
    t.loop->removeEventSource(t.timer);
    t.timer->release();
    t.timer->release();
  });
  t.ExpectNoFire();
  EXPECT_EQ(findings.Count("event-source-freed-in-action"), 1);
  t.timer = IOTimerEventSource::timerEventSource(t.owner);  // for the destructor
}

}  // namespace
}  // namespace drydock
