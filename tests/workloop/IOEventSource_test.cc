// Event sources: init, enable and disable, attachment, and calls while detached.
#include <IOKit/IOEventSource.h>

#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace drydock {

// Writes down what it finds when the loop disables it.
class WatchfulSource : public IOEventSource {
  OSDeclareDefaultStructors(WatchfulSource)

 public:
  using IOEventSource::checkForWork;
  using IOEventSource::init;

  void disable() override {
    disables_++;
    had_loop_ = getWorkLoop() != nullptr;
    IOEventSource::disable();
  }

  int disables() const { return disables_; }
  bool had_loop() const { return had_loop_; }

 private:
  int disables_;
  bool had_loop_;
};
OSDefineMetaClassAndStructors(WatchfulSource, IOEventSource)

namespace {

DRYDOCK_TEST(IOEventSource, EV1NoOwnerNoSource) {
  std::string log;
  EXPECT_EQ(PolledSource::Make(nullptr, &log, 'a'), nullptr);
}

DRYDOCK_TEST(IOEventSource, EV2FreshSourceIsEnabledAndDetached) {
  std::string log;
  TestOwner* owner = TestOwner::Make();
  PolledSource* source = PolledSource::Make(owner, &log, 'a');
  EXPECT_TRUE(source->isEnabled());
  EXPECT_EQ(source->getWorkLoop(), nullptr);
  EXPECT_FALSE(source->onThread());
  EXPECT_EQ(owner->getRetainCount(), 1);  // the owner is not retained
  source->release();
  owner->release();
}

DRYDOCK_TEST(IOEventSource, EV3RemovalDisablesAndReAddingDoesNotEnable) {
  std::string log;
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make(&log);
  PolledSource* source = PolledSource::Make(owner, &log, 'a');
  loop->addEventSource(source);
  loop->removeEventSource(source);
  EXPECT_FALSE(source->isEnabled());
  loop->addEventSource(source);
  EXPECT_FALSE(source->isEnabled());
  source->enable();
  EXPECT_TRUE(source->isEnabled());
  ReleaseAndJoin(loop);
  source->release();
  owner->release();
}

DRYDOCK_TEST(IOEventSource, EV4EnableSignalsTheLoopOfAnAttachedSource) {
  Findings findings;
  EventCount signals(trace::EventKind::kWorkSignal);
  std::string log;
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make(&log);
  PolledSource* source = PolledSource::Make(owner, &log, 'a');
  source->disable();
  source->enable();
  EXPECT_TRUE(source->isEnabled());
  EXPECT_EQ(signals.count(), 0);
  loop->addEventSource(source);
  source->enable();
  EXPECT_EQ(signals.count(), 1);
  WaitUntil([&] { return log == "a|"; });
  EXPECT_EQ(findings.Total(), 0);
  ReleaseAndJoin(loop);
  source->release();
  owner->release();
}

DRYDOCK_TEST(IOEventSource, EV6RemovalDisablesBeforeItDetaches) {
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make();
  auto* source = new WatchfulSource;
  ASSERT_TRUE(source->init(owner));
  loop->addEventSource(source);
  loop->removeEventSource(source);
  EXPECT_EQ(source->disables(), 1);
  EXPECT_TRUE(source->had_loop());
  EXPECT_EQ(source->getWorkLoop(), nullptr);
  ReleaseAndJoin(loop);
  source->release();
  owner->release();
}

DRYDOCK_TEST(IOEventSource, EV7DefaultHasNoWork) {
  TestOwner* owner = TestOwner::Make();
  auto* source = new WatchfulSource;
  ASSERT_TRUE(source->init(owner));
  EXPECT_FALSE(source->checkForWork());
  source->release();
  owner->release();
}

void FirstAction(OSObject*, ...) {}

DRYDOCK_TEST(IOEventSource, ActionAndRefconAreKept) {
  std::string log;
  TestOwner* owner = TestOwner::Make();
  PolledSource* source = PolledSource::Make(owner, &log, 'a');
  EXPECT_EQ(source->getAction(), nullptr);
  EXPECT_EQ(source->getRefcon(), nullptr);
  source->setAction(&FirstAction);
  source->setRefcon(&log);
  EXPECT_EQ(source->getAction(), &FirstAction);
  EXPECT_EQ(source->getRefcon(), &log);
  source->release();
  owner->release();
}

DRYDOCK_TEST(IOEventSource, DetachedSourceHasNoGateAndNobodyToSignal) {
  Findings findings;
  std::string log;
  TestOwner* owner = TestOwner::Make();
  PolledSource* source = PolledSource::Make(owner, &log, 'a');
  source->signalWorkAvailable();
  EXPECT_EQ(findings.Count("signal-on-detached-source"), 1);
  source->closeGate();
  EXPECT_FALSE(source->tryCloseGate());
  source->openGate();
  EXPECT_EQ(findings.Count("gate-of-detached-source"), 3);
  EXPECT_EQ(source->sleepGate(&log, THREAD_UNINT), THREAD_INTERRUPTED);
  EXPECT_EQ(source->sleepGate(&log, 0, THREAD_UNINT), THREAD_INTERRUPTED);
  EXPECT_EQ(findings.Count("sleep-on-detached-source"), 2);
  source->wakeupGate(&log, true);
  EXPECT_EQ(findings.Count("wakeup-on-detached-source"), 1);
  source->release();
  owner->release();
}

DRYDOCK_TEST(IOEventSource, OverReleasedWhileAttachedIsAFinding) {
  Findings findings;
  std::string log;
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make(&log);
  PolledSource* source = PolledSource::Make(owner, &log, 'a');
  loop->addEventSource(source);
  source->release();
  EXPECT_EQ(findings.Total(), 0);
  source->release();  // the loop's
  EXPECT_EQ(findings.Count("event-source-freed-while-attached"), 1);
  ReleaseAndJoin(loop);
  owner->release();
}

}  // namespace
}  // namespace drydock
