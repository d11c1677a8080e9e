// Work loops with event sources of several kinds.
#include <IOKit/IOCommandGate.h>
#include <IOKit/IOInterruptEventSource.h>
#include <IOKit/IOTimerEventSource.h>

#include "scheduler/kernel/outside.h"
#include "scheduler/simulation.h"
#include "tests/drydock_test.h"
#include "tests/eventsources/fake_provider.h"
#include "tests/workloop/fixtures.h"

namespace drydock {
namespace {

using kernel::kMillisecond;

void IgnoreTimeout(OSObject*, IOTimerEventSource*) {}
void IgnoreInterrupt(OSObject*, IOInterruptEventSource*, int) {}

DRYDOCK_TEST(WorkLoopSources, WL16UngatedBulkDisableIsOneFindingPerCommandGate) {
  Findings findings;
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make();
  IOCommandGate* first = IOCommandGate::commandGate(owner);
  IOCommandGate* second = IOCommandGate::commandGate(owner);
  loop->addEventSource(first);
  loop->addEventSource(second);
  loop->disableAllEventSources();
  EXPECT_FALSE(first->isEnabled());
  EXPECT_FALSE(second->isEnabled());
  EXPECT_EQ(findings.Count("command-gate-disabled-outside-gate"), 2);
  EXPECT_EQ(findings.Total(), 2);
  EXPECT_EQ(findings.Advice("bulk-change-outside-gate"), 1);
  // The loop's own gate still works.
  EXPECT_EQ(loop->removeEventSource(first), kIOReturnSuccess);
  EXPECT_EQ(first->getWorkLoop(), nullptr);
  loop->enableAllEventSources();
  EXPECT_TRUE(second->isEnabled());
  ReleaseAndJoin(loop);
  first->release();
  second->release();
  owner->release();
}

DRYDOCK_TEST(WorkLoopSources, WL17InterruptsAreEnabledAndDisabledApart) {
  FakeProvider provider(kIOInterruptTypeEdge);
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make();
  IOCommandGate* gate = IOCommandGate::commandGate(owner);
  IOTimerEventSource* timer = IOTimerEventSource::timerEventSource(owner, &IgnoreTimeout);
  IOInterruptEventSource* interrupt =
      IOInterruptEventSource::interruptEventSource(owner, &IgnoreInterrupt, provider.service());
  std::string log;
  PolledSource* polled = PolledSource::Make(owner, &log, 'a');
  IOEventSource* const sources[] = {gate, timer, polled, interrupt};
  for (IOEventSource* source : sources) loop->addEventSource(source);

  Findings findings;
  loop->disableAllInterrupts();
  EXPECT_EQ(findings.Advice("bulk-change-outside-gate"), 1);
  EXPECT_TRUE(gate->isEnabled());
  EXPECT_TRUE(timer->isEnabled());
  EXPECT_TRUE(polled->isEnabled());
  EXPECT_FALSE(interrupt->isEnabled());
  RunIn(loop, [&] {
    gate->disable();
    timer->disable();
    polled->disable();
    loop->enableAllInterrupts();
    return kIOReturnSuccess;
  });
  EXPECT_EQ(findings.Advice("bulk-change-outside-gate"), 1);
  EXPECT_FALSE(gate->isEnabled());
  EXPECT_FALSE(timer->isEnabled());
  EXPECT_FALSE(polled->isEnabled());
  EXPECT_TRUE(interrupt->isEnabled());
  EXPECT_FALSE(provider.masked());

  ReleaseAndJoin(loop);
  for (IOEventSource* source : sources) source->release();
  owner->release();
}

DRYDOCK_TEST(WorkLoopSources, WL18EverySourceIsLetGo) {
  FakeProvider provider(kIOInterruptTypeEdge);
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make();
  IOEventSource* const sources[] = {
      IOCommandGate::commandGate(owner),
      IOTimerEventSource::timerEventSource(owner, &IgnoreTimeout),
      IOTimerEventSource::timerEventSource(kIOTimerEventSourceOptionsPriorityWorkLoop, owner,
                                           &IgnoreTimeout),
      IOInterruptEventSource::interruptEventSource(owner, &IgnoreInterrupt, provider.service())};
  for (IOEventSource* source : sources) loop->addEventSource(source);
  Findings findings;
  ReleaseAndJoin(loop);
  EXPECT_EQ(findings.Advice("work-loop-freed-with-sources"), 1);
  EXPECT_FALSE(provider.registered());
  for (IOEventSource* source : sources) {
    EXPECT_EQ(source->getWorkLoop(), nullptr);
    EXPECT_FALSE(source->isEnabled());
    EXPECT_EQ(source->getRetainCount(), 1);
    source->release();
  }
  owner->release();
}

DRYDOCK_TEST(WorkLoopSources, WL19PendingTimerPostponesTheEndUntilItHasExpired) {
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make();
  bool fired = false;
  IOTimerEventSource* timer =
      IOTimerEventSource::timerEventSource(owner, [](OSObject*, IOTimerEventSource* sender) {
        *static_cast<bool*>(sender->getRefcon()) = true;
      });
  timer->setRefcon(&fired);
  loop->addEventSource(timer);
  timer->setTimeoutMS(50);
  ReleaseAndJoin(loop);
  EXPECT_TRUE(fired);
  EXPECT_EQ(timer->getWorkLoop(), nullptr);
  WaitUntil([&] { return timer->getRetainCount() == 1; });
  timer->release();
  owner->release();
}

DRYDOCK_TEST(WorkLoopSources, WL19PendingTimerPostponesTheEndUntilItIsCancelled) {
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make();
  IOTimerEventSource* timer = IOTimerEventSource::timerEventSource(owner, &IgnoreTimeout);
  loop->addEventSource(timer);
  timer->setTimeout(AbsoluteTime{3600 * kernel::kSecond});
  kernel::Thread* thread = loop->getThread();
  loop->release();
  kernel::Sleep(100 * kMillisecond);
  EXPECT_EQ(timer->getWorkLoop(), loop);
  timer->cancelTimeout();
  kernel::ThreadJoin(thread);
  EXPECT_EQ(timer->getWorkLoop(), nullptr);
  EXPECT_EQ(timer->getRetainCount(), 1);
  timer->release();
  owner->release();
}

// The order of the actions of a timer and an interrupt that are due at the same instant. (On other
// than the timed strategy the interrupt may be served before the deadline is noticed.)
std::string OrderOfTimerAndInterrupt(kernel::Profile profile) {
  TimedStrategy strategy;
  Simulation simulation({.cpus = 1, .profile = profile}, &strategy);
  std::string log;
  const Outcome outcome = simulation.Run([&log] {
    FakeProvider provider(kIOInterruptTypeEdge);
    TestOwner* owner = TestOwner::Make();
    TestLoop* loop = TestLoop::Make();
    IOInterruptEventSource* interrupt = IOInterruptEventSource::interruptEventSource(
        owner,
        [](OSObject*, IOInterruptEventSource* sender, int) {
          *static_cast<std::string*>(sender->getRefcon()) += 'i';
        },
        provider.service());
    interrupt->setRefcon(&log);
    IOTimerEventSource* timer =
        IOTimerEventSource::timerEventSource(owner, [](OSObject*, IOTimerEventSource* sender) {
          *static_cast<std::string*>(sender->getRefcon()) += 't';
        });
    timer->setRefcon(&log);
    loop->addEventSource(interrupt);
    loop->addEventSource(timer);
    interrupt->enable();
    const kernel::Time due = kernel::Now() + 5 * kMillisecond;
    kernel::OutsideSchedule(
        due, "raises its line", 0,
        [](void* context) { static_cast<FakeProvider*>(context)->Raise(); }, &provider);
    timer->wakeAtTime(AbsoluteTime{due});
    kernel::Sleep(50 * kMillisecond);
    ReleaseAndJoin(loop);
    interrupt->release();
    timer->release();
    owner->release();
  });
  EXPECT_TRUE(outcome.ok()) << outcome.text;
  return log;
}

TEST(WorkLoopSources, TM26TimerActionPrecedesInterruptActionDueAtTheSameTime) {
  EXPECT_EQ(OrderOfTimerAndInterrupt(kernel::Profile::kModern), "ti");
}

TEST(WorkLoopSources, HX7TimerActionPrecedesInterruptActionDueAtTheSameTime) {
  EXPECT_EQ(OrderOfTimerAndInterrupt(kernel::Profile::kHistoric), "ti");
}

// (An exploring strategy may notice one of several deadlines that have come before another.)
TEST(WorkLoopSources, HX8TimersDueAtTheSameTimeFireInTheOrderOfArming) {
  TimedStrategy strategy;
  Simulation simulation({.cpus = 1, .profile = kernel::Profile::kHistoric}, &strategy);
  std::string log;
  const Outcome outcome = simulation.Run([&log] {
    struct Fired {
      std::string* log;
      char letter;
    };
    Fired fired[] = {{&log, 'a'}, {&log, 'b'}, {&log, 'c'}, {&log, 'd'}};
    TestOwner* owner = TestOwner::Make();
    TestLoop* loop = TestLoop::Make();
    std::vector<IOTimerEventSource*> timers;
    for (Fired& each : fired) {
      timers.push_back(
          IOTimerEventSource::timerEventSource(owner, [](OSObject*, IOTimerEventSource* sender) {
            const auto* self = static_cast<Fired*>(sender->getRefcon());
            *self->log += self->letter;
          }));
      timers.back()->setRefcon(&each);
      loop->addEventSource(timers.back());
    }
    const kernel::Time due = kernel::Now() + 5 * kMillisecond;
    for (const size_t i : {2, 0, 3, 1}) timers[i]->wakeAtTime(AbsoluteTime{due});
    kernel::Sleep(50 * kMillisecond);
    ReleaseAndJoin(loop);
    for (IOTimerEventSource* timer : timers) timer->release();
    owner->release();
  });
  EXPECT_TRUE(outcome.ok()) << outcome.text;
  EXPECT_EQ(log, "cadb");
}

DRYDOCK_TEST(WorkLoopSources, SourcesAreServedInTheOrderTheyWereAdded) {
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make();
  std::string log;
  PolledSource* first = PolledSource::Make(owner, &log, '1');
  IOInterruptEventSource* interrupt = IOInterruptEventSource::interruptEventSource(
      owner, [](OSObject*, IOInterruptEventSource* sender, int) {
        *static_cast<std::string*>(sender->getRefcon()) += 'i';
      });
  interrupt->setRefcon(&log);
  PolledSource* last = PolledSource::Make(owner, &log, '2');
  loop->addEventSource(first);
  loop->addEventSource(interrupt);
  loop->addEventSource(last);
  interrupt->interruptOccurred(nullptr, nullptr, 0);
  WaitUntil([&] { return log.size() >= 3; });
  kernel::Sleep(kMillisecond);
  EXPECT_EQ(log, "1i2");
  ReleaseAndJoin(loop);
  first->release();
  interrupt->release();
  last->release();
  owner->release();
}

}  // namespace
}  // namespace drydock
