// The queue on its own, and between the filter and the action of an interrupt source.
#include "eventsources/spsc_queue.h"

#include <IOKit/IOFilterInterruptEventSource.h>

#include "tests/drydock_test.h"
#include "tests/eventsources/fake_provider.h"
#include "tests/workloop/fixtures.h"

namespace drydock {
namespace {

DRYDOCK_TEST(SpscQueue, HoldsItsCapacityInOrder) {
  SpscQueue<int, 4> queue;
  int value = 0;
  EXPECT_FALSE(queue.Pop(&value));
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(queue.Push(10 * round + i));
    EXPECT_FALSE(queue.Push(99));
    for (int i = 0; i < 4; ++i) {
      EXPECT_TRUE(queue.Pop(&value));
      EXPECT_EQ(value, 10 * round + i);
    }
    EXPECT_FALSE(queue.Pop(&value));
  }
}

DRYDOCK_TEST(SpscQueue, ProducerAndConsumerOnTwoCpus) {
  SpscQueue<int, 2> queue;
  constexpr int kItems = 50;
  kernel::Thread* producer = StartClient([&] {
    for (int i = 0; i < kItems; ++i) {
      while (!queue.Push(i)) kernel::Delay(kernel::kMicrosecond);
    }
  });
  for (int i = 0; i < kItems; ++i) {
    int value = -1;
    while (!queue.Pop(&value)) kernel::Sleep(kernel::kMicrosecond);
    ASSERT_EQ(value, i);
  }
  kernel::ThreadJoin(producer);
}

// A device with a one-word status register: what the filter does not take in time is lost to it.
struct Device {
  static constexpr int kWords = 12;
  SpscQueue<UInt32, 4> queue;
  UInt32 status = 0;
  UInt32 dropped = 0;
  std::vector<UInt32> handled;

  static bool Filter(OSObject*, IOFilterInterruptEventSource* sender) {
    auto* self = static_cast<Device*>(sender->getRefcon());
    if (!self->queue.Push(self->status)) ++self->dropped;
    return true;
  }
  static void Occurred(OSObject*, IOInterruptEventSource* sender, int) {
    auto* self = static_cast<Device*>(sender->getRefcon());
    UInt32 word;
    while (self->queue.Pop(&word)) self->handled.push_back(word);
  }
};

// Interrupts come while the action takes out what the ones before have left.
DRYDOCK_TEST(SpscQueue, ActionSeesWhatFilterSawInOrder) {
  Device device;
  FakeProvider provider(kIOInterruptTypeEdge);
  TestOwner* owner = TestOwner::Make();
  IOWorkLoop* loop = IOWorkLoop::workLoop();
  auto* source = IOFilterInterruptEventSource::filterInterruptEventSource(
      owner, &Device::Occurred, &Device::Filter, provider.service());
  source->setRefcon(&device);
  loop->addEventSource(source);
  source->enable();

  EventCount filtered(trace::EventKind::kFilterEnd);
  for (int i = 1; i <= Device::kWords; ++i) {
    device.status = static_cast<UInt32>(i);
    provider.Raise();
    WaitUntil([&] { return filtered.count() == i; });
  }
  WaitUntil([&] { return device.handled.size() + device.dropped == Device::kWords; });
  EXPECT_TRUE(std::is_sorted(device.handled.begin(), device.handled.end()));
  EXPECT_EQ(std::adjacent_find(device.handled.begin(), device.handled.end()), device.handled.end());
  if (device.dropped == 0) {
    EXPECT_EQ(device.handled.back(), static_cast<UInt32>(Device::kWords));
  }

  loop->removeEventSource(source);
  source->release();
  ReleaseAndJoin(loop);
  owner->release();
}

}  // namespace
}  // namespace drydock
