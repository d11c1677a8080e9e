// Data queues: capacity, wrapping, sizes of entries, and notification.
#include <IOKit/IODataQueue.h>
#include <IOKit/IOSharedDataQueue.h>

#include "eventsources/data_queue_notifier.h"
#include "scheduler/prng.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace drydock {
namespace {

// A queue that notifies its consumer by a call.
class ToldQueue : public IOSharedDataQueue {
  OSDeclareDefaultStructors(ToldQueue)

 public:
  static ToldQueue* Make(UInt32 entries, UInt32 size) {
    auto* queue = new ToldQueue;
    EXPECT_TRUE(queue->initWithEntries(entries, size));
    return queue;
  }
  // False if the queue is full.
  bool Put(UInt32 value) { return enqueue(&value, sizeof value); }
  // -1 if the queue is empty.
  int64_t Take() {
    UInt32 value = 0, size = sizeof value;
    if (!dequeue(&value, &size)) return -1;
    EXPECT_EQ(size, sizeof value);
    return value;
  }
  IODataQueueMemory* memory() { return dataQueue; }
  int notifications() const { return notifications_; }
  std::function<void()>& on_notification() { return on_notification_; }

 protected:
  void sendDataAvailableNotification() override {
    ++notifications_;
    if (on_notification_ != nullptr) on_notification_();
  }

 private:
  int notifications_;
  std::function<void()> on_notification_;
};
OSDefineMetaClassAndStructors(ToldQueue, IOSharedDataQueue)

DRYDOCK_TEST(IODataQueue, OB19FullQueueRefusesAndOnlyTheFirstEntryNotifies) {
  ToldQueue* queue = ToldQueue::Make(3, sizeof(UInt32));
  EXPECT_TRUE(queue->Put(0));
  EXPECT_EQ(queue->notifications(), 1);
  int put = 1;
  while (queue->Put(put)) ++put;
  EXPECT_GE(put, 3);
  EXPECT_EQ(queue->notifications(), 1);
  for (int i = 0; i < put; ++i) EXPECT_EQ(queue->Take(), i);
  EXPECT_EQ(queue->Take(), -1);
  EXPECT_TRUE(queue->Put(7));
  EXPECT_EQ(queue->notifications(), 2);
  queue->release();
}

DRYDOCK_TEST(IODataQueue, HoldsAsManyEntriesAsAskedForWhereverItsHeadIs) {
  for (const UInt32 entries : {1, 2, 5}) {
    ToldQueue* queue = ToldQueue::Make(entries, sizeof(UInt32));
    UInt32 next_in = 0, next_out = 0;
    for (int round = 0; round < 20; ++round) {
      while (next_in - next_out < entries) EXPECT_TRUE(queue->Put(next_in++));
      EXPECT_EQ(queue->Take(), next_out++);
    }
    queue->release();
  }
}

DRYDOCK_TEST(IODataQueue, TailNeverReachesHead) {
  ToldQueue* queue = ToldQueue::Make(3, sizeof(UInt32));
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(queue->Put(i));
  EXPECT_EQ(queue->Take(), 0);
  EXPECT_FALSE(queue->Put(4));  // there is room, but the queue would look empty
  EXPECT_EQ(queue->Take(), 1);
  EXPECT_TRUE(queue->Put(4));
  EXPECT_FALSE(queue->Put(5));
  for (int i = 2; i < 5; ++i) EXPECT_EQ(queue->Take(), i);
  EXPECT_EQ(queue->Take(), -1);
  queue->release();
}

// Of random sizes, and checked against what a queue is.
DRYDOCK_TEST(IODataQueue, EntriesOfAllSizesComeOutWholeAndInOrder) {
  Prng prng(1, "data queue");
  for (const UInt32 capacity : {16u, 37u, 64u, 101u}) {
    IOSharedDataQueue* queue = IOSharedDataQueue::withCapacity(capacity);
    std::vector<std::string> expected;
    for (int step = 0; step < 200; ++step) {
      if (prng.Below(2) == 0) {
        std::string entry(prng.Below(capacity / 3), static_cast<char>('a' + step % 26));
        if (queue->enqueue(entry.data(), static_cast<UInt32>(entry.size()))) {
          expected.push_back(entry);
        } else {
          EXPECT_FALSE(expected.empty()) << "an empty queue had no room";
        }
      } else {
        char entry[64];
        UInt32 size = sizeof entry;
        EXPECT_EQ(queue->peek() != nullptr, !expected.empty());
        ASSERT_EQ(queue->dequeue(entry, &size), !expected.empty());
        if (expected.empty()) continue;
        EXPECT_EQ(std::string(entry, size), expected.front());
        expected.erase(expected.begin());
      }
    }
    queue->release();
  }
}

DRYDOCK_TEST(IODataQueue, EntryTooLargeForItsReaderStays) {
  IOSharedDataQueue* queue = IOSharedDataQueue::withEntries(2, 8);
  char eight[8] = "entries";
  EXPECT_TRUE(queue->enqueue(eight, 8));
  UInt32 size = 7;
  char read[8];
  EXPECT_FALSE(queue->dequeue(read, &size));
  EXPECT_EQ(size, 8u);
  EXPECT_EQ(queue->peek()->size, 8u);
  EXPECT_TRUE(queue->dequeue(nullptr, nullptr));  // dropped
  EXPECT_EQ(queue->peek(), nullptr);
  queue->release();
}

DRYDOCK_TEST(IODataQueue, SizesBeyond32BitsAreRefused) {
  EXPECT_EQ(IODataQueue::withCapacity(~0u), nullptr);
  EXPECT_EQ(IODataQueue::withEntries(1u << 16, 1u << 16), nullptr);
  EXPECT_EQ(IOSharedDataQueue::withCapacity(~0u), nullptr);
  IODataQueue* queue = IODataQueue::withCapacity(64);
  char byte = 0;
  EXPECT_FALSE(queue->enqueue(&byte, ~0u));
  EXPECT_FALSE(queue->enqueue(&byte, ~0u - 3));
  queue->release();
}

DRYDOCK_TEST(IODataQueue, WhatAClientSpoilsInItsMemoryIsNotBelieved) {
  ToldQueue* queue = ToldQueue::Make(2, sizeof(UInt32));
  queue->Put(1);
  IODataQueueMemory* memory = queue->memory();
  memory->queueSize = ~0u;
  memory->queue[0].size = 1000;
  EXPECT_EQ(queue->Take(), -1);
  memory->queue[0].size = 4;
  for (const UInt32 bad : {25u, 1000u, ~0u}) {
    memory->head = bad;
    EXPECT_EQ(queue->Take(), -1);
    EXPECT_FALSE(queue->Put(2));
    memory->head = 0;
  }
  EXPECT_EQ(queue->Take(), 1);
  queue->release();
}

DRYDOCK_TEST(IODataQueue, MemoryDescriptorShowsTheQueue) {
  IODataQueue* queue = IODataQueue::withEntries(2, 4);
  UInt32 value = 77;
  EXPECT_TRUE(queue->enqueue(&value, sizeof value));
  IOMemoryDescriptor* memory = queue->getMemoryDescriptor();
  EXPECT_EQ(memory->getLength(), DATA_QUEUE_MEMORY_HEADER_SIZE + 3 * 8);
  UInt32 words[5];
  EXPECT_EQ(memory->readBytes(0, words, sizeof words), sizeof words);
  const UInt32 expected[] = {24, 0, 8, 4, 77};  // size, head, tail; size and data of the entry
  EXPECT_TRUE(std::equal(words, words + 5, expected));
  memory->release();
  queue->release();
}

mach_port_t notified_port;

DRYDOCK_TEST(IODataQueue, NotificationsGoToThePort) {
  notified_port = 0;
  SetDataQueueNotifier([](mach_port_t port) { notified_port = port; });
  IODataQueue* queue = IODataQueue::withEntries(2, 4);
  UInt32 value = 1;
  queue->enqueue(&value, sizeof value);
  EXPECT_EQ(notified_port, 0u);  // there is none yet
  queue->release();
  queue = IODataQueue::withEntries(2, 4);
  queue->setNotificationPort(0x1203);
  queue->enqueue(&value, sizeof value);
  EXPECT_EQ(notified_port, 0x1203u);
  queue->release();
  SetDataQueueNotifier(nullptr);
}

// The consumer sleeps whenever it finds the queue empty, until it is notified: if a notification
// were lost it would sleep for ever.
DRYDOCK_TEST(IODataQueue, NoNotificationIsLost) {
  constexpr int kEntries = 30;
  ToldQueue* queue = ToldQueue::Make(2, sizeof(UInt32));
  IOLock* lock = IOLockAlloc();
  bool notified = false;
  queue->on_notification() = [&] {
    IOLockLock(lock);
    notified = true;
    IOLockWakeup(lock, &notified, true);
    IOLockUnlock(lock);
  };
  kernel::Thread* producer = StartClient([&] {
    for (int i = 0; i < kEntries; ++i) {
      WaitUntil([&] { return queue->Put(i); });
    }
  });
  for (int i = 0; i < kEntries; ++i) {
    int64_t value;
    while ((value = queue->Take()) < 0) {
      IOLockLock(lock);
      while (!notified) IOLockSleep(lock, &notified, THREAD_UNINT);
      notified = false;
      IOLockUnlock(lock);
    }
    EXPECT_EQ(value, i);
  }
  kernel::ThreadJoin(producer);
  EXPECT_EQ(queue->Take(), -1);
  IOLockFree(lock);
  queue->on_notification() = nullptr;
  queue->release();
}

}  // namespace
}  // namespace drydock
