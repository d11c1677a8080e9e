// Filter interrupt sources: what the filter decides, and its context.
#include <IOKit/IOFilterInterruptEventSource.h>

#include "scheduler/kernel/interrupt.h"
#include "scheduler/simulation.h"
#include "tests/drydock_test.h"
#include "tests/eventsources/fake_provider.h"
#include "tests/workloop/fixtures.h"

namespace drydock {
namespace {

using kernel::kMillisecond;
using trace::EventKind;

void Settle() { kernel::Sleep(100 * kMillisecond); }

// A filter source on a loop, for an interrupt of the given type.
struct LoopWithFilter {
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make();
  FakeProvider provider;
  IOFilterInterruptEventSource* source;
  std::vector<int> counts;  // of the calls of the action
  int filtered = 0;         // calls of the filter
  std::function<bool()> filter;
  std::function<void()> on_interrupt;

  static bool Filter(OSObject*, IOFilterInterruptEventSource* sender) {
    auto* self = static_cast<LoopWithFilter*>(sender->getRefcon());
    ++self->filtered;
    return self->filter();
  }
  static void Occurred(OSObject*, IOInterruptEventSource* sender, int count) {
    auto* self = static_cast<LoopWithFilter*>(sender->getRefcon());
    self->counts.push_back(count);
    if (self->on_interrupt != nullptr) self->on_interrupt();
  }

  LoopWithFilter(int type, std::function<bool()> filter)
      : provider(type), filter(std::move(filter)) {
    source = IOFilterInterruptEventSource::filterInterruptEventSource(owner, &Occurred, &Filter,
                                                                      provider.service());
    source->setRefcon(this);
    EXPECT_EQ(loop->addEventSource(source), kIOReturnSuccess);
  }
  ~LoopWithFilter() {
    ReleaseAndJoin(loop);
    source->release();
    owner->release();
  }

  void WaitForCounts(const std::vector<int>& expected) {
    WaitUntil([&] { return counts.size() >= expected.size(); });
    Settle();
    EXPECT_EQ(counts, expected);
  }
};

DRYDOCK_TEST(IOFilterInterruptEventSource, IN13FilterThatSaysNoLeavesNoTrace) {
  LoopWithFilter t(kIOInterruptTypeLevel, [] { return false; });
  EventCount signals(EventKind::kWorkSignal);
  t.filter = [&] {
    t.provider.Lower();  // else it would be delivered for ever
    return false;
  };
  t.source->enable();
  t.provider.Raise();
  WaitUntil([&] { return t.filtered == 1; });
  Settle();
  EXPECT_FALSE(t.provider.masked());
  EXPECT_EQ(signals.count(), 0);
  EXPECT_TRUE(t.counts.empty());
}

DRYDOCK_TEST(IOFilterInterruptEventSource, IN14FilterThatSaysYesMasksALevelLineFirst) {
  LoopWithFilter t(kIOInterruptTypeLevel, [] {
    EXPECT_TRUE(kernel::InInterruptContext());
    return true;
  });
  // The order of events tells: masked by the time of the signal.
  class MaskedAtSignal : public trace::Observer {
   public:
    explicit MaskedAtSignal(FakeProvider* provider) : provider_(provider), watch_(this) {}
    void OnEvent(const trace::Event& event) override {
      if (event.kind == EventKind::kWorkSignal && provider_->calls.back() == 'D') masked_ = true;
    }
    bool masked() const { return masked_; }

   private:
    FakeProvider* const provider_;
    bool masked_ = false;
    trace::ScopedObserver watch_;
  } at_signal(&t.provider);
  t.on_interrupt = [&] { t.provider.Lower(); };
  t.source->enable();
  t.provider.Raise();
  t.WaitForCounts({1});
  EXPECT_TRUE(at_signal.masked());
  EXPECT_FALSE(t.provider.masked());
}

DRYDOCK_TEST(IOFilterInterruptEventSource, IN15FilterMaySignalItselfAndLeaveTheLineOpen) {
  AllowSleepInGate();
  LoopWithFilter t(kIOInterruptTypeLevel, nullptr);
  t.filter = [&] {
    t.provider.Lower();
    t.source->signalInterrupt();
    return false;
  };
  t.source->enable();
  EventCount answers(EventKind::kFilterEnd);
  t.loop->closeGate();
  for (int i = 1; i <= 3; ++i) {
    t.provider.Raise();
    WaitUntil([&] { return answers.count() == i; });
    EXPECT_FALSE(t.provider.masked());
  }
  t.loop->openGate();
  t.WaitForCounts({3});
  EXPECT_EQ(t.provider.calls.find('D'), std::string::npos);
}

DRYDOCK_TEST(IOFilterInterruptEventSource, IN16DisabledSourcePokedByHandFiltersAndActs) {
  LoopWithFilter t(kIOInterruptTypeEdge, [] { return true; });
  t.source->disable();
  t.source->interruptOccurred(nullptr, nullptr, 0);
  EXPECT_EQ(t.filtered, 1);
  t.WaitForCounts({1});
}

DRYDOCK_TEST(IOFilterInterruptEventSource, IN17WithoutAFilterThereIsNoSource) {
  FakeProvider provider(kIOInterruptTypeEdge);
  TestOwner* owner = TestOwner::Make();
  EXPECT_EQ(IOFilterInterruptEventSource::filterInterruptEventSource(
                owner, &LoopWithFilter::Occurred, nullptr, provider.service()),
            nullptr);
  EXPECT_EQ(provider.calls, "RU");  // the vector is free again
  EXPECT_FALSE(provider.registered());
  owner->release();
}

DRYDOCK_TEST(IOFilterInterruptEventSource, EdgeFilterDecidesEachInterrupt) {
  LoopWithFilter t(kIOInterruptTypeEdge, nullptr);
  t.filter = [&] { return t.filtered % 2 == 0; };
  t.source->enable();
  for (int i = 1; i <= 4; ++i) {
    t.provider.Raise();
    WaitUntil([&] { return t.filtered == i; });
    Settle();
  }
  EXPECT_EQ(t.counts, (std::vector<int>{1, 1}));
  EXPECT_EQ(t.source->getFilterAction(), &LoopWithFilter::Filter);
}

DRYDOCK_TEST(IOFilterInterruptEventSource, FiltersPublishTheirAnswer) {
  LoopWithFilter t(kIOInterruptTypeEdge, [] { return true; });
  EventCount begins(EventKind::kFilterBegin);
  EventCount ends(EventKind::kFilterEnd);
  t.source->interruptOccurred(nullptr, nullptr, 0);
  EXPECT_EQ(begins.count(), 1);
  ASSERT_EQ(ends.count(), 1);
  EXPECT_EQ(ends.last().value, 1u);
  t.WaitForCounts({1});
}

// Runs an action of the loop in primary-interrupt context.
bool RunActionInFilter(LoopWithFilter& t) {
  t.provider.Lower();
  RunIn(t.loop, [] { return kIOReturnSuccess; });
  return false;
}

DRYDOCK_TEST_ON(IOFilterInterruptEventSource, GateTakenByAFilterOverItsHolderIsAFinding,
                (MachineOptions{.cpus = 1})) {
  Findings findings;
  LoopWithFilter t(kIOInterruptTypeLevel, [&t] { return RunActionInFilter(t); });
  t.source->enable();
  RunIn(t.loop, [&] {
    t.provider.Raise();
    while (t.filtered == 0) kernel::Delay(100 * kernel::kMicrosecond);
    return kIOReturnSuccess;
  });
  // A Mac takes the filter for the thread that it interrupted, and lets it in.
  EXPECT_EQ(findings.Count("gate-taken-in-interrupt-context"), 1);
}

TEST(IOFilterInterruptEventSource, GateTakenByAFilterIsAFindingAndAPanic) {
  TimedStrategy strategy;
  const Outcome outcome = Simulation({.cpus = 1}, &strategy).Run([] {
    LoopWithFilter t(kIOInterruptTypeLevel, [&t] { return RunActionInFilter(t); });
    t.source->enable();
    t.provider.Raise();
    Settle();
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
  EXPECT_EQ(outcome.text, "lock TestOwner gate is taken in primary-interrupt context");
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(outcome.findings[0].name, "lock-taken-in-interrupt-context");
  const std::vector<std::string> functions = outcome.findings[0].stack.Functions();
  const auto at = [&](const char* part) {
    return std::find_if(functions.begin(), functions.end(),
                        [&](const std::string& function) {
                          return function.find(part) != std::string::npos;
                        }) -
           functions.begin();
  };
  // From the gate out to the filter that closed it, and on to the filter's caller.
  EXPECT_LT(at("IOWorkLoop::closeGate"), at("RunActionInFilter"));
  EXPECT_LT(at("RunActionInFilter"), at("IOFilterInterruptEventSource::askFilter"));
  EXPECT_LT(at("IOFilterInterruptEventSource::askFilter"), std::ssize(functions));
}

}  // namespace
}  // namespace drydock
