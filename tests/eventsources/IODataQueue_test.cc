// tests/eventsources/IODataQueue_test.cc
#include <string>
#include <vector>

#include <IOKit/IOSharedDataQueue.h>
#include <libkern/c++/OSSharedPtr.h>

#include "gmock/gmock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drydock_test.h"

namespace drydock {

// Counts what it would tell its program.
class TestQueue : public IOSharedDataQueue {
  OSDeclareDefaultStructors(TestQueue)

 public:
  static TestQueue* Make(UInt32 entries, UInt32 size) {
    auto* queue = new TestQueue;
    EXPECT_TRUE(queue->initWithEntries(entries, size));
    return queue;
  }
  bool Put(std::string text) { return enqueue(text.data(), static_cast<UInt32>(text.size())); }
  // Empty if there is nothing.
  std::string Take() {
    char text[64];
    UInt32 size = sizeof(text);
    return dequeue(text, &size) ? std::string(text, size) : std::string();
  }

  int notifications;

 protected:
  void sendDataAvailableNotification() override { ++notifications; }
};
OSDefineMetaClassAndStructors(TestQueue, IOSharedDataQueue)

namespace {

DRYDOCK_TEST(IODataQueue, OB19AFullQueueRefusesAndOnlyTheFirstEntryNotifies) {
  TestQueue* queue = TestQueue::Make(2, 4);
  EXPECT_TRUE(queue->Put("aaaa"));
  EXPECT_EQ(queue->notifications, 1);
  EXPECT_TRUE(queue->Put("bbbb"));
  EXPECT_EQ(queue->notifications, 1);
  EXPECT_TRUE(queue->Put("cccc"));  // the tail may come to the end of a queue whose head is at 0
  EXPECT_FALSE(queue->Put("dddd"));
  EXPECT_EQ(queue->Take(), "aaaa");
  EXPECT_EQ(queue->Take(), "bbbb");
  EXPECT_EQ(queue->Take(), "cccc");
  EXPECT_EQ(queue->Take(), "");
  EXPECT_TRUE(queue->Put("eeee"));
  EXPECT_EQ(queue->notifications, 2);
  queue->release();
}

DRYDOCK_TEST(IODataQueue, TheTailNeverReachesTheHead) {
  TestQueue* queue = TestQueue::Make(3, 4);
  for (const char* text : {"1111", "2222", "3333", "4444"}) EXPECT_TRUE(queue->Put(text));
  EXPECT_EQ(queue->Take(), "1111");
  EXPECT_FALSE(queue->Put("5555"));  // the slot is free, but head and tail would be equal
  EXPECT_EQ(queue->Take(), "2222");
  EXPECT_TRUE(queue->Put("5555"));
  EXPECT_FALSE(queue->Put("6666"));
  for (const char* text : {"3333", "4444", "5555", ""}) EXPECT_EQ(queue->Take(), text);
  queue->release();
}

DRYDOCK_TEST(IODataQueue, EntriesOfAllSizesComeOutAsTheyWentIn) {
  TestQueue* queue = TestQueue::Make(5, 6);
  std::vector<std::string> in, out;
  for (int i = 0; i < 200; ++i) {
    const std::string text(static_cast<size_t>(1 + i * 7 % 17), static_cast<char>('a' + i % 26));
    while (!queue->Put(text)) out.push_back(queue->Take());
    in.push_back(text);
  }
  for (std::string text = queue->Take(); !text.empty(); text = queue->Take()) out.push_back(text);
  EXPECT_EQ(out, in);
  queue->release();
}

DRYDOCK_TEST(IODataQueue, OneThreadPutsInWhatAnotherTakesOut) {
  TestQueue* queue = TestQueue::Make(3, 1);
  std::string in, out;
  kernel::Thread* producer = kernel::ThreadStart({.name = "producer"}, [&] {
    for (char c = 'a'; c <= 'p'; ++c) {
      if (queue->Put(std::string(1, c))) in += c;
    }
  });
  for (int i = 0; i < 16; ++i) out += queue->Take();
  kernel::ThreadJoin(producer);
  for (std::string text = queue->Take(); !text.empty(); text = queue->Take()) out += text;
  EXPECT_EQ(out, in);
  EXPECT_GE(queue->notifications, 1);
  queue->release();
}

DRYDOCK_TEST(IODataQueue, TooSmallABufferTellsTheSizeAndLeavesTheEntry) {
  TestQueue* queue = TestQueue::Make(2, 8);
  EXPECT_TRUE(queue->Put("12345678"));
  char small[4];
  UInt32 size = sizeof(small);
  EXPECT_FALSE(queue->dequeue(small, &size));
  EXPECT_EQ(size, 8u);
  EXPECT_TRUE(queue->dequeue(nullptr, nullptr));
  EXPECT_EQ(queue->peek(), nullptr);
  queue->release();
}

DRYDOCK_TEST(IODataQueue, SizesThatDoNotFitAreRefused) {
  EXPECT_EQ(IODataQueue::withEntries(0xffffffff, 16), nullptr);
  EXPECT_EQ(IODataQueue::withCapacity(0xffffffff), nullptr);
  IODataQueue* queue = IODataQueue::withCapacity(64);
  char byte = 0;
  EXPECT_FALSE(queue->enqueue(&byte, 0xffffffff));
  OSSharedPtr<IOMemoryDescriptor> memory(queue->getMemoryDescriptor(), OSNoRetain);
  EXPECT_EQ(memory->getLength(), 64 + DATA_QUEUE_MEMORY_HEADER_SIZE);
  queue->release();
}

}  // namespace
}  // namespace drydock
