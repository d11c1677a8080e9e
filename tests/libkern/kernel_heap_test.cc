// The kernel heap: blocks, guards, what is left at the end of a boot.
#include "libkern/kernel_heap.h"

#include <cstring>

#include <IOKit/IOLib.h>
#include <libkern/c++/OSArray.h>
#include <libkern/c++/OSString.h>

#include "absl/base/config.h"
#include "gtest/gtest.h"
#include "libkern/object_id.h"
#include "tests/libkern/fixtures.h"

namespace drydock {
namespace {

std::string ClassNames(const std::vector<const OSObject*>& objects) {
  std::string names;
  for (const OSObject* const object : objects) {
    names += object->getMetaClass()->getClassName();
    names += ' ';
  }
  return names;
}

TEST(KernelHeap, WhatARunLeavesBehindIsToldInOrderAndForgottenWithIt) {
  for (int run = 0; run < 2; ++run) {
    const Outcome outcome = RunTimed([] {
      EXPECT_TRUE(LiveBlocks().empty()) << "a new boot has an empty heap";
      OSString* const string = OSString::withCString("dock");
      OSArray* const gone = OSArray::withCapacity(4);
      void* const memory = IOMalloc(100);
      Probe* const probe = Probe::Make();
      gone->release();

      EXPECT_EQ(ClassNames(LiveObjects()), "OSString Probe ");
      EXPECT_EQ(ObjectIdOf(LiveObjects()[0]), ObjectIdOf(string));

      std::vector<LiveBlock> blocks = LiveBlocks();
      ASSERT_EQ(blocks.size(), 4u);
      EXPECT_EQ(blocks[0].object(), string);
      EXPECT_EQ(blocks[0].size, sizeof(OSString));
      EXPECT_EQ(blocks[1].kind, BlockKind::kInternal) << "the string's text";
      EXPECT_EQ(blocks[1].object(), nullptr);
      EXPECT_EQ(blocks[2].kind, BlockKind::kMemory);
      EXPECT_EQ(blocks[2].memory, memory);
      EXPECT_EQ(blocks[2].size, 100u);
      EXPECT_EQ(blocks[3].object(), probe);
    });
    EXPECT_TRUE(outcome.ok()) << outcome.text;
  }
}

TEST(KernelHeap, BlocksOfNoBootOutliveTheRuns) {
  Probe* const probe = Probe::Make();
  const size_t outside = LiveObjects().size();
  int frees = 0;
  probe->frees = &frees;
  const Outcome outcome = RunTimed([probe] {
    EXPECT_TRUE(LiveObjects().empty());
    probe->retain();
    probe->release();
  });
  EXPECT_TRUE(outcome.ok());
  EXPECT_EQ(LiveObjects().size(), outside);
  probe->release();
  EXPECT_EQ(frees, 1);
  EXPECT_EQ(LiveObjects().size(), outside - 1);
}

TEST(KernelHeap, AnOutsideObjectMayBeFreedInARun) {
  Probe* const probe = Probe::Make();
  EXPECT_TRUE(RunTimed([probe] { probe->release(); }).ok());
  EXPECT_TRUE(RunTimed([] { Probe::Make()->release(); }).ok());
}

TEST(KernelHeap, MemoryIsAligned) {
  for (size_t alignment = 1; alignment <= 4096; alignment *= 2) {
    void* const memory = HeapAllocate(BlockKind::kMemory, 10, /*zero=*/true, alignment);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % std::max<size_t>(alignment, 16), 0u)
        << alignment;
    EXPECT_EQ(HeapBlockSize(memory), 10u);
    HeapFree(memory);
  }
}

#ifndef ABSL_HAVE_ADDRESS_SANITIZER  // which ends the test there

TEST(KernelHeap, WhatWasFreedIsNotFreedAgain) {
  const Outcome outcome = RunTimed([] {
    void* const memory = IOMalloc(100);
    IOFree(memory, 100);
    IOFree(memory, 100);
    void* const one = IOMalloc(100);
    void* const other = IOMalloc(100);
    EXPECT_NE(one, other);
    IOFree(one, 100);
    IOFree(other, 100);
  });
  EXPECT_TRUE(outcome.ok()) << outcome.text;
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(outcome.findings[0].name, "double-free");
  EXPECT_EQ(outcome.findings[0].sentence, "memory of 100 bytes is freed again");
}

#endif

TEST(KernelHeap, MemoryIsNeverLeftToChance) {
  auto* const zeros =
      static_cast<unsigned char*>(HeapAllocate(BlockKind::kMemory, 64, /*zero=*/true));
  auto* const filled =
      static_cast<unsigned char*>(HeapAllocate(BlockKind::kMemory, 64, /*zero=*/false));
  for (int i = 0; i < 64; ++i) {
    EXPECT_EQ(zeros[i], 0);
    EXPECT_EQ(filled[i], 0xaa);
  }
  HeapFree(zeros);
  HeapFree(filled);
  HeapFree(nullptr);
}

}  // namespace
}  // namespace drydock
