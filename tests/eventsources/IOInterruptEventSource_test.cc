// Interrupt sources: registration, counts, masking, and removal.
#include <IOKit/IOInterruptEventSource.h>

#include "tests/drydock_test.h"
#include "tests/eventsources/fake_provider.h"
#include "tests/workloop/fixtures.h"

namespace drydock {

// An interrupt source whose counters a test may set.
class TestInterruptSource : public IOInterruptEventSource {
  OSDeclareDefaultStructors(TestInterruptSource)

 public:
  void PutConsumerAhead(unsigned int count) { consumerCount = producerCount + count; }
  void Signal() { signalWorkAvailable(); }
};
OSDefineMetaClassAndStructors(TestInterruptSource, IOInterruptEventSource)

namespace {

using kernel::kMillisecond;
using trace::EventKind;

void Settle() { kernel::Sleep(100 * kMillisecond); }

// A source on a loop: of a provider of the given type, or with none a software source.
struct LoopWithInterrupt {
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make();
  FakeProvider* provider;
  TestInterruptSource* source = new TestInterruptSource;
  std::vector<int> counts;  // of the calls of the action
  std::function<void()> on_interrupt;

  static void Occurred(OSObject*, IOInterruptEventSource* sender, int count) {
    auto* self = static_cast<LoopWithInterrupt*>(sender->getRefcon());
    self->counts.push_back(count);
    if (self->on_interrupt != nullptr) self->on_interrupt();
  }

  explicit LoopWithInterrupt(FakeProvider* provider = nullptr, int index = 0) : provider(provider) {
    EXPECT_TRUE(
        source->init(owner, &Occurred, provider != nullptr ? provider->service() : nullptr, index));
    source->setRefcon(this);
    EXPECT_EQ(loop->addEventSource(source), kIOReturnSuccess);
  }
  ~LoopWithInterrupt() {
    ReleaseAndJoin(loop);
    source->release();
    owner->release();
  }

  // Raises the line and waits until the source has signalled the loop.
  void RaiseAndWaitForSignal() {
    EventCount signals(EventKind::kWorkSignal);
    provider->Raise();
    WaitUntil([&] { return signals.count() > 0; });
  }
  void WaitForCounts(const std::vector<int>& expected) {
    WaitUntil([&] { return counts.size() >= expected.size(); });
    Settle();
    EXPECT_EQ(counts, expected);
  }
};

DRYDOCK_TEST(IOInterruptEventSource, IN1NegativeIndexMakesNoSource) {
  TestOwner* owner = TestOwner::Make();
  EXPECT_EQ(IOInterruptEventSource::interruptEventSource(owner, &LoopWithInterrupt::Occurred,
                                                         nullptr, -1),
            nullptr);
  EXPECT_EQ(IOInterruptEventSource::interruptEventSource(nullptr, &LoopWithInterrupt::Occurred),
            nullptr);  // EV-1
  owner->release();
}

DRYDOCK_TEST(IOInterruptEventSource, IN2SoftwareSourceCannotBeDisabled) {
  LoopWithInterrupt t;
  EXPECT_EQ(t.source->getIntIndex(), -1);
  EXPECT_EQ(t.source->getProvider(), nullptr);
  t.source->disable();
  EXPECT_TRUE(t.source->isEnabled());
  t.source->interruptOccurred(nullptr, nullptr, 0);
  t.WaitForCounts({1});
  t.source->enable();
  EXPECT_TRUE(t.source->isEnabled());
}

DRYDOCK_TEST(IOInterruptEventSource, IN3InterruptsBeforeServiceAreCounted) {
  LoopWithInterrupt t;
  t.loop->closeGate();
  for (int i = 0; i < 5; ++i) t.source->interruptOccurred(nullptr, nullptr, 0);
  t.loop->openGate();
  t.WaitForCounts({5});
}

DRYDOCK_TEST(IOInterruptEventSource, IN4IsEnabledButMaskedAfterCreation) {
  FakeProvider provider(kIOInterruptTypeEdge);
  LoopWithInterrupt t(&provider);
  EXPECT_TRUE(t.source->isEnabled());
  EXPECT_EQ(t.source->getIntIndex(), 0);
  EXPECT_EQ(t.source->getProvider(), provider.service());
  EXPECT_FALSE(t.source->getAutoDisable());
  EXPECT_TRUE(provider.masked());
  provider.Raise();
  Settle();
  EXPECT_TRUE(t.counts.empty());
  t.source->enable();
  t.WaitForCounts({1});
}

DRYDOCK_TEST(IOInterruptEventSource, IN5WhatWasCountedIsDeliveredAfterDisable) {
  AllowSleepInGate();
  Findings findings;
  FakeProvider provider(kIOInterruptTypeEdge);
  LoopWithInterrupt t(&provider);
  t.source->enable();
  t.loop->closeGate();
  t.RaiseAndWaitForSignal();
  t.source->disable();
  EXPECT_FALSE(t.source->isEnabled());
  t.loop->openGate();
  t.WaitForCounts({1});
  EXPECT_EQ(findings.Advice("interrupt-delivered-after-disable"), 1);
}

DRYDOCK_TEST(IOInterruptEventSource, IN6InterruptDuringTheActionMakesAnotherCall) {
  FakeProvider provider(kIOInterruptTypeEdge);
  LoopWithInterrupt t(&provider);
  t.on_interrupt = [&] {
    if (t.counts.size() == 1) t.RaiseAndWaitForSignal();
  };
  t.source->enable();
  provider.Raise();
  t.WaitForCounts({1, 1});
}

DRYDOCK_TEST(IOInterruptEventSource, IN7ConsumerAheadCountsNegative) {
  LoopWithInterrupt t;
  t.source->PutConsumerAhead(5);
  t.source->Signal();
  t.WaitForCounts({-5});
}

DRYDOCK_TEST(IOInterruptEventSource, IN8LevelLineIsMaskedDuringTheAction) {
  FakeProvider provider(kIOInterruptTypeLevel);
  LoopWithInterrupt t(&provider);
  EXPECT_TRUE(t.source->getAutoDisable());
  t.on_interrupt = [&] {
    EXPECT_TRUE(provider.masked());
    provider.Lower();
  };
  t.source->enable();
  EXPECT_FALSE(provider.masked());
  provider.Raise();
  t.WaitForCounts({1});
  EXPECT_FALSE(provider.masked());
}

DRYDOCK_TEST(IOInterruptEventSource, IN9DisableInTheActionKeepsTheLineMasked) {
  FakeProvider provider(kIOInterruptTypeLevel);
  LoopWithInterrupt t(&provider);
  t.on_interrupt = [&] {
    provider.Lower();
    t.source->disable();
  };
  t.source->enable();
  provider.Raise();
  t.WaitForCounts({1});
  EXPECT_TRUE(provider.masked());
}

DRYDOCK_TEST(IOInterruptEventSource, IN10FurtherLevelInterruptsBeforeServiceAreNotDelivered) {
  AllowSleepInGate();
  FakeProvider provider(kIOInterruptTypeLevel);
  LoopWithInterrupt t(&provider);
  t.on_interrupt = [&] { provider.Lower(); };
  t.source->enable();
  EventCount signals(EventKind::kWorkSignal);
  t.loop->closeGate();
  t.RaiseAndWaitForSignal();
  for (int i = 0; i < 2; ++i) {
    provider.Lower();
    provider.Raise();
    Settle();
  }
  EXPECT_EQ(signals.count(), 1);
  t.loop->openGate();
  t.WaitForCounts({1});
}

DRYDOCK_TEST(IOInterruptEventSource, IN11RemovalUnregistersAndReAddingRegistersMasked) {
  FakeProvider provider(kIOInterruptTypeEdge);
  LoopWithInterrupt t(&provider, 3);
  t.source->enable();
  EXPECT_EQ(t.source->getIntIndex(), 3);
  t.loop->removeEventSource(t.source);
  EXPECT_EQ(t.source->getIntIndex(), ~3);
  EXPECT_FALSE(provider.registered());
  t.loop->addEventSource(t.source);
  EXPECT_EQ(t.source->getIntIndex(), 3);
  EXPECT_TRUE(provider.registered());
  EXPECT_TRUE(provider.masked());
  EXPECT_EQ(provider.calls, "REUR");
  provider.Raise();
  Settle();
  EXPECT_TRUE(t.counts.empty());
  t.source->enable();
  t.WaitForCounts({1});
}

DRYDOCK_TEST(IOInterruptEventSource, IN11FailedReRegistrationIsSilent) {
  FakeProvider provider(kIOInterruptTypeEdge);
  LoopWithInterrupt t(&provider);
  t.loop->removeEventSource(t.source);
  provider.RefuseWith(kIOReturnNoResources);
  EXPECT_EQ(t.loop->addEventSource(t.source), kIOReturnSuccess);
  EXPECT_EQ(t.source->getIntIndex(), ~0);
}

DRYDOCK_TEST(IOInterruptEventSource, IN12SourceMayRemoveItselfInItsAction) {
  FakeProvider provider(kIOInterruptTypeLevel);
  LoopWithInterrupt t(&provider);
  t.on_interrupt = [&] {
    provider.Lower();
    EXPECT_EQ(t.loop->removeEventSource(t.source), kIOReturnSuccess);
  };
  t.source->enable();
  provider.Raise();
  t.WaitForCounts({1});
  EXPECT_EQ(t.source->getWorkLoop(), nullptr);
  EXPECT_EQ(provider.calls, "REDU");  // nothing was enabled after the action
}

DRYDOCK_TEST(IOInterruptEventSource, IN18AndIN19RefusedRegistrationMakesNoSource) {
  FakeProvider provider(kIOInterruptTypeEdge);
  TestOwner* owner = TestOwner::Make();
  for (IOReturn refusal : {kIOReturnNoResources, kIOReturnNoInterrupt}) {
    provider.RefuseWith(refusal);
    EXPECT_EQ(IOInterruptEventSource::interruptEventSource(owner, &LoopWithInterrupt::Occurred,
                                                           provider.service(), 0),
              nullptr);
  }
  EXPECT_EQ(provider.calls, "");
  owner->release();
}

DRYDOCK_TEST(IOInterruptEventSource, SignalBeforeAttachmentIsAFinding) {
  Findings findings;
  FakeProvider provider(kIOInterruptTypeEdge);
  TestOwner* owner = TestOwner::Make();
  IOInterruptEventSource* source = IOInterruptEventSource::interruptEventSource(
      owner, &LoopWithInterrupt::Occurred, provider.service(), 0);
  source->enable();
  EXPECT_EQ(findings.Count("interrupt-enabled-before-attach"), 1);
  provider.Raise();
  WaitUntil([&] { return findings.Count("signal-on-detached-source") == 1; });
  source->release();
  EXPECT_FALSE(provider.registered());
  owner->release();
}

DRYDOCK_TEST(IOInterruptEventSource, PrimaryTimestampIsKeptOnRequest) {
  FakeProvider provider(kIOInterruptTypeEdge);
  LoopWithInterrupt t(&provider);
  EXPECT_EQ(t.source->getPrimaryInterruptTimestamp(), ~uint64_t{0});
  t.source->enablePrimaryInterruptTimestamp(true);
  t.source->enable();
  const kernel::Time before = kernel::Now();
  provider.Raise();
  t.WaitForCounts({1});
  EXPECT_GE(t.source->getPrimaryInterruptTimestamp(), before);
  EXPECT_LE(t.source->getPrimaryInterruptTimestamp(), kernel::Now());
  EXPECT_EQ(t.source->warmCPU(kernel::Now() + kMillisecond), kIOReturnSuccess);
}

DRYDOCK_TEST_2003(IOInterruptEventSource, NegativeIndexOf2003IsASourceOfNoInterrupt) {
  FakeProvider provider(kIOInterruptTypeEdge);
  LoopWithInterrupt t(&provider, -1);
  EXPECT_EQ(t.source->getIntIndex(), -1);
  EXPECT_EQ(provider.calls, "");
  t.source->interruptOccurred(nullptr, nullptr, 0);
  t.WaitForCounts({1});
}

DRYDOCK_TEST_2003(IOInterruptEventSource, RemovalOf2003MasksAndDoesNotUnregister) {
  FakeProvider provider(kIOInterruptTypeEdge);
  LoopWithInterrupt t(&provider);
  t.source->enable();
  t.loop->removeEventSource(t.source);
  EXPECT_EQ(provider.calls, "RED");
  EXPECT_TRUE(provider.registered());
  t.loop->addEventSource(t.source);
  EXPECT_EQ(provider.calls, "RED");
  t.source->enable();
  provider.Raise();
  t.WaitForCounts({1});
}

DRYDOCK_TEST_2003(IOInterruptEventSource, NegativeCountOf2003IsPassedAsPositive) {
  LoopWithInterrupt t;
  t.source->PutConsumerAhead(5);
  t.source->Signal();
  t.WaitForCounts({5});
}

}  // namespace
}  // namespace drydock
