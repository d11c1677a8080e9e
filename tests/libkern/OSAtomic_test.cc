// The atomic operations of libkern.
#include <libkern/OSAtomic.h>

#include "gtest/gtest.h"
#include "scheduler/kernel/thread.h"
#include "tests/drydock_test.h"

namespace drydock {
namespace {

TEST(OSAtomic, ArithmeticReturnsTheValueBefore) {
  SInt32 word = 5;
  EXPECT_EQ(OSIncrementAtomic(&word), 5);
  EXPECT_EQ(OSDecrementAtomic(&word), 6);
  EXPECT_EQ(OSAddAtomic(-7, &word), 5);
  EXPECT_EQ(word, -2);
  UInt32 unsigned_word = 1;
  OSIncrementAtomic(&unsigned_word);  // the macro casts
  EXPECT_EQ(unsigned_word, 2u);
  SInt64 wide = 1ll << 40;
  EXPECT_EQ(OSAddAtomic64(1, &wide), 1ll << 40);
  EXPECT_EQ(wide, (1ll << 40) + 1);
  SInt8 byte = 127;
  EXPECT_EQ(OSIncrementAtomic8(&byte), 127);
  EXPECT_EQ(byte, -128);
}

TEST(OSAtomic, BitOperationsReturnTheValueBefore) {
  UInt32 word = 0b1100;
  EXPECT_EQ(OSBitOrAtomic(0b0011, &word), 0b1100u);
  EXPECT_EQ(OSBitAndAtomic(0b0110, &word), 0b1111u);
  EXPECT_EQ(OSBitXorAtomic(0b0011, &word), 0b0110u);
  EXPECT_EQ(word, 0b0101u);
}

TEST(OSAtomic, CompareAndSwapTellsWhetherItDid) {
  UInt32 word = 1;
  EXPECT_TRUE(OSCompareAndSwap(1, 2, &word));
  EXPECT_FALSE(OSCompareAndSwap(1, 3, &word));
  EXPECT_EQ(word, 2u);
  int a, b;
  void* pointer = &a;
  EXPECT_TRUE(OSCompareAndSwapPtr(&a, &b, &pointer));
  EXPECT_EQ(pointer, &b);
}

TEST(OSAtomic, BitsCountFromTheMostSignificantOfEachByte) {
  UInt8 bytes[2] = {0, 0};
  EXPECT_FALSE(OSTestAndSet(0, bytes));
  EXPECT_FALSE(OSTestAndSet(15, bytes));
  EXPECT_EQ(bytes[0], 0x80);
  EXPECT_EQ(bytes[1], 0x01);
  EXPECT_TRUE(OSTestAndSet(0, bytes));
  EXPECT_FALSE(OSTestAndClear(0, bytes)) << "it was set";
  EXPECT_TRUE(OSTestAndClear(0, bytes)) << "it was clear already";
  EXPECT_EQ(bytes[0], 0);
}

DRYDOCK_TEST(OSAtomic, IncrementsFromAllThreadsCount) {
  SInt32 counter = 0;
  std::vector<kernel::Thread*> threads;
  for (int i = 0; i < 4; ++i) {
    threads.push_back(kernel::ThreadStart({.name = "counter"}, [&counter] {
      for (int round = 0; round < 10; ++round) OSIncrementAtomic(&counter);
    }));
  }
  for (kernel::Thread* const thread : threads) kernel::ThreadJoin(thread);
  EXPECT_EQ(counter, 40);
}

}  // namespace
}  // namespace drydock
