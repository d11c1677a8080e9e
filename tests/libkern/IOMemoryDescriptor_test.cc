// Memory descriptors: buffers, parts of them, preparation.
#include <cstring>

#include <IOKit/IOBufferMemoryDescriptor.h>
#include <IOKit/IOMemoryDescriptor.h>
#include <IOKit/IOSubMemoryDescriptor.h>

#include "gtest/gtest.h"
#include "tests/libkern/fixtures.h"

namespace drydock {
namespace {

TEST(IOMemoryDescriptor, OB16ReadOutOfRangeMovesNothing) {
  IOBufferMemoryDescriptor* const memory =
      IOBufferMemoryDescriptor::withCapacity(16, kIODirectionInOut);
  char buffer[16];
  std::memset(buffer, 'x', sizeof(buffer));
  EXPECT_EQ(memory->readBytes(8, buffer, 16), 0u);
  EXPECT_EQ(buffer[0], 'x');
  EXPECT_EQ(memory->readBytes(~0ull, buffer, 2), 0u);
  EXPECT_EQ(memory->readBytes(8, buffer, 8), 8u);
  EXPECT_EQ(buffer[0], 0);
  EXPECT_EQ(memory->writeBytes(8, buffer, 9), 0u);
  memory->release();
}

TEST(IOMemoryDescriptor, WritesIntoTheMemoryItDescribes) {
  char text[] = "drydock";
  IOMemoryDescriptor* const memory = IOMemoryDescriptor::withAddress(text, 7, kIODirectionIn);
  EXPECT_EQ(memory->getLength(), 7u);
  EXPECT_EQ(memory->getDirection(), kIODirectionIn);
  EXPECT_EQ(memory->writeBytes(0, "wet", 3), 3u);
  EXPECT_STREQ(text, "wetdock");
  EXPECT_EQ(memory->writeBytes(3, nullptr, 2), 2u) << "null writes zeros";
  EXPECT_EQ(text[3], 0);
  EXPECT_EQ(text[5], 'c');
  memory->release();
  EXPECT_EQ(IOMemoryDescriptor::withAddress(nullptr, 7, kIODirectionIn), nullptr);
}

TEST(IOMemoryDescriptor, PreparedForGoingOutItIsReadOnly) {
  char text[] = "drydock";
  IOMemoryDescriptor* const memory = IOMemoryDescriptor::withAddressRange(
      reinterpret_cast<mach_vm_address_t>(text), 7, kIODirectionOut, kernel_task);
  EXPECT_EQ(memory->writeBytes(0, "D", 1), 1u);
  EXPECT_EQ(memory->prepare(), kIOReturnSuccess);
  EXPECT_EQ(memory->prepare(), kIOReturnSuccess);
  EXPECT_EQ(memory->writeBytes(0, "d", 1), 0u);
  EXPECT_EQ(memory->complete(), kIOReturnSuccess);
  EXPECT_EQ(memory->writeBytes(0, "d", 1), 0u) << "prepared twice, completed once";
  EXPECT_EQ(memory->complete(), kIOReturnSuccess);
  EXPECT_EQ(memory->writeBytes(0, "d", 1), 1u);
  EXPECT_STREQ(text, "drydock");
  memory->release();
}

TEST(IOMemoryDescriptor, OneCompleteTooManyIsAFinding) {
  IOBufferMemoryDescriptor* const memory =
      IOBufferMemoryDescriptor::withCapacity(16, kIODirectionIn);
  EXPECT_EQ(FindingsOf([memory] {
              memory->prepare();
              memory->complete();
              EXPECT_EQ(memory->complete(), kIOReturnSuccess);
            }),
            std::vector<std::string>{"complete-without-prepare"});
  memory->release();
}

TEST(IOMemoryDescriptor, MapShowsTheMemoryAndKeepsIt) {
  IOBufferMemoryDescriptor* const memory =
      IOBufferMemoryDescriptor::withBytes("dock", 4, kIODirectionOut);
  IOMemoryMap* const map = memory->map();
  EXPECT_EQ(map->getLength(), 4u);
  EXPECT_EQ(map->getMemoryDescriptor(), memory);
  EXPECT_EQ(map->getVirtualAddress(), reinterpret_cast<uintptr_t>(memory->getBytesNoCopy()));
  memory->release();
  EXPECT_EQ(std::memcmp(reinterpret_cast<void*>(map->getAddress()), "dock", 4), 0);
  map->release();
}

TEST(IOBufferMemoryDescriptor, OB17AppendDropsWhatDoesNotFitAndIsTrue) {
  IOBufferMemoryDescriptor* const memory =
      IOBufferMemoryDescriptor::withCapacity(16, kIODirectionOut);
  memory->setLength(12);
  EXPECT_TRUE(memory->appendBytes("abcdefgh", 8));
  EXPECT_EQ(memory->getLength(), 16u);
  EXPECT_EQ(std::memcmp(memory->getBytesNoCopy(12, 4), "abcd", 4), 0);
  EXPECT_TRUE(memory->appendBytes("ij", 2));
  EXPECT_EQ(memory->getLength(), 16u);
  memory->release();
}

TEST(IOBufferMemoryDescriptor, StartsZeroFullLengthAndWritable) {
  IOBufferMemoryDescriptor* const memory = IOBufferMemoryDescriptor::inTaskWithOptions(
      kernel_task, kIODirectionOut | kIOMemoryPhysicallyContiguous, 100, 64);
  EXPECT_EQ(memory->getCapacity(), 100u);
  EXPECT_EQ(memory->getLength(), 100u);
  EXPECT_EQ(memory->getDirection(), kIODirectionOut);
  const auto* const bytes = static_cast<const unsigned char*>(memory->getBytesNoCopy());
  EXPECT_EQ(reinterpret_cast<uintptr_t>(bytes) % 64, 0u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(bytes[i], 0);
  memory->prepare();
  EXPECT_EQ(memory->writeBytes(0, "x", 1), 1u);
  memory->complete();
  memory->setDirection(kIODirectionIn);
  EXPECT_EQ(memory->getDirection(), kIODirectionIn);
  memory->release();
  EXPECT_EQ(IOBufferMemoryDescriptor::withCapacity(0, kIODirectionIn), nullptr);
  EXPECT_EQ(IOBufferMemoryDescriptor::withOptions(kIODirectionIn, 8, 3), nullptr)
      << "not a power of two";
}

TEST(IOBufferMemoryDescriptor, PhysicalMaskAligns) {
  IOBufferMemoryDescriptor* const memory =
      IOBufferMemoryDescriptor::inTaskWithPhysicalMask(kernel_task, kIODirectionIn, 8, 0xfffff000u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(memory->getBytesNoCopy()) % 4096, 0u);
  memory->release();
}

TEST(IOBufferMemoryDescriptor, LengthBeyondTheCapacityIsAFindingAndIgnored) {
  IOBufferMemoryDescriptor* const memory =
      IOBufferMemoryDescriptor::withCapacity(16, kIODirectionIn);
  EXPECT_EQ(FindingsOf([memory] {
              memory->setLength(8);
              memory->setLength(17);
            }),
            std::vector<std::string>{"buffer-length-beyond-capacity"});
  EXPECT_EQ(memory->getLength(), 8u);
  EXPECT_EQ(memory->getBytesNoCopy(4, 5), nullptr);
  EXPECT_NE(memory->getBytesNoCopy(4, 4), nullptr);
  memory->release();
}

TEST(IOSubMemoryDescriptor, OB18RangePastTheParentIsRefused) {
  IOBufferMemoryDescriptor* const parent =
      IOBufferMemoryDescriptor::withBytes("drydock", 7, kIODirectionOut);
  EXPECT_EQ(IOSubMemoryDescriptor::withSubRange(parent, 3, 5, kIODirectionOut), nullptr);
  EXPECT_EQ(IOSubMemoryDescriptor::withSubRange(parent, ~0ull, 2, kIODirectionOut), nullptr);
  IOSubMemoryDescriptor* const part =
      IOSubMemoryDescriptor::withSubRange(parent, 3, 4, kIODirectionNone);
  ASSERT_NE(part, nullptr);
  EXPECT_EQ(part->getLength(), 4u);
  EXPECT_EQ(part->getDirection(), kIODirectionOut);
  char text[5] = {};
  EXPECT_EQ(part->readBytes(0, text, 4), 4u);
  EXPECT_STREQ(text, "dock");
  EXPECT_EQ(part->readBytes(1, text, 4), 0u);
  EXPECT_TRUE(part->initSubRange(parent, 0, 3, kIODirectionIn))
      << "a descriptor can be given another range";
  EXPECT_EQ(part->readBytes(0, text, 3), 3u);
  EXPECT_STREQ(text, "dryk");
  EXPECT_EQ(parent->getRetainCount(), 2);
  part->release();
  parent->release();
}

}  // namespace
}  // namespace drydock
