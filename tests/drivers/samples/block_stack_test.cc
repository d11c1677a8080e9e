// The stack of four block storage drivers, and the unplug of its disk.
#include <vector>

#include "drivers/samples/BlockMirror.h"
#include "gmock/gmock.h"
#include "libkern/kernel_heap.h"
#include "scheduler/kernel/thread.h"
#include "tests/drivers/samples/block_fixture.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace drydock {
namespace {

using kernel::kMicrosecond;
using kernel::kMillisecond;
using ::testing::AnyOf;

// The results that a call may have when the disk is unplugged.
const auto kUnplugged = AnyOf(kIOReturnOffline, kIOReturnNotResponding);

DRYDOCK_TEST(BlockStack, FourDriversAreMatchedOneUponTheOther) {
  BlockStack stack;
  const IOService* service = stack.reader();
  for (const char* name : {"BlockReader", "BlockSlice", "BlockTransport", "BlockNub"}) {
    EXPECT_STREQ(service->getMetaClass()->getClassName(), name);
    service = service->getProvider();
  }
  EXPECT_EQ(service, stack.platform());
}

DRYDOCK_TEST(BlockStack, TransfersGoDownToTheDiskAndBack) {
  BlockStack stack;
  UInt64 blocks = 0;
  EXPECT_EQ(stack.reader()->getBlockCount(&blocks), kIOReturnSuccess);
  EXPECT_EQ(blocks, kDiskBlocks / 2);
  const kernel::Time before = kernel::Now();
  EXPECT_EQ(stack.reader()->readBlocks(0, 1), kIOReturnSuccess);
  EXPECT_EQ(stack.reader()->writeBlocks(blocks - 1, 1), kIOReturnSuccess);
  EXPECT_GE(kernel::Now() - before, 2 * kDiskLatencyUs * kMicrosecond);
  EXPECT_EQ(stack.reader()->readBlocks(blocks - 1, 2), kIOReturnBadArgument);
}

DRYDOCK_TEST(BlockStack, MoreThreadsThanTheDiskTakesAreQueuedAndAllServed) {
  BlockStack stack;
  std::vector<kernel::Thread*> threads;
  for (int i = 0; i < 6; ++i) {
    threads.push_back(StartClient([&stack, i] {
      EXPECT_EQ(stack.reader()->readBlocks(static_cast<UInt64>(i), 1), kIOReturnSuccess);
    }));
  }
  for (kernel::Thread* thread : threads) kernel::ThreadJoin(thread);
}

DRYDOCK_TEST(BlockStack, UnplugReturnsQueuedCommandsWithErrors) {
  constexpr UInt32 kSlow = 100'000;  // so that none has been served, on a host's clock too
  BlockStack stack({}, kSlow);
  std::vector<kernel::Thread*> threads;
  for (int i = 0; i < 6; ++i) {
    threads.push_back(
        StartClient([&stack] { EXPECT_THAT(stack.reader()->readBlocks(0, 1), kUnplugged); }));
  }
  kernel::Sleep(kSlow * kMicrosecond / 4);
  stack.nub()->unplug();
  for (kernel::Thread* thread : threads) kernel::ThreadJoin(thread);
  EXPECT_EQ(stack.platform()->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  EXPECT_EQ(stack.reader()->readBlocks(0, 1), kIOReturnOffline);
  EXPECT_EQ(stack.reader()->getProvider(), nullptr);
}

// Unplugs `delay` ns after a thread of low priority began to read, and waits until all is over.
// Returns that thread.
kernel::Thread* UnplugWhileAThreadReads(BlockStack* stack, kernel::Time delay) {
  kernel::Thread* client = kernel::ThreadStart({.name = "client", .priority = 31}, [stack] {
    EXPECT_THAT(stack->reader()->readBlocks(0, 1), kUnplugged);
  });
  kernel::Sleep(delay);
  stack->nub()->unplug();
  kernel::ThreadJoin(client);
  EXPECT_EQ(stack->platform()->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  return client;
}

// With one CPU a thread of low priority leaves after didTerminate, so it closes the provider.
DRYDOCK_TEST_ON(BlockStack, TheLastThreadOutOfTheTopClosesItsProvider, MachineOptions{.cpus = 1}) {
  BlockStack stack;
  EventCount closes(trace::EventKind::kServiceClose);
  EventCount did(trace::EventKind::kTerminateDid);
  kernel::Thread* client = UnplugWhileAThreadReads(&stack, kDiskLatencyUs * kMicrosecond / 2);
  EXPECT_EQ(closes.count(), 3);
  EXPECT_EQ(closes.last().thread, kernel::ThreadIdOf(client));
  EXPECT_EQ(did.count(), 3);
}

// With two CPUs either may be the last: the thread, or the terminate thread.
DRYDOCK_TEST(BlockStack, WhoeverIsLastClosesItsProvider) {
  constexpr UInt32 kSlow = 100'000;
  BlockStack stack({}, kSlow);
  EventCount closes(trace::EventKind::kServiceClose);
  UnplugWhileAThreadReads(&stack, kSlow * kMicrosecond / 4);
  EXPECT_EQ(closes.count(), 3);
  EXPECT_EQ(stack.reader()->getProvider(), nullptr);
}

DRYDOCK_TEST(BlockStack, UnplugWhileTheStackIsMatched) {
  for (int i = 0; i < 4; ++i) {
    IOService* platform = BootPlatform();
    {
      const auto nub = Owned(BlockNub::plug(platform, kDiskBlocks, kDiskLatencyUs));
      kernel::Sleep((1 + 5 * static_cast<kernel::Time>(i)) * kMicrosecond);
      nub->unplug();
    }
    EXPECT_TRUE(ShutdownPlatform());
    if (i == 3) AuditHeap();
  }
}

// --- A driver on two providers.

class Mirrored {
 public:
  Mirrored() {
    for (auto& nub : nubs_) {
      nub = Owned(BlockNub::plug(platform_, kDiskBlocks, kDiskLatencyUs, "mirror"));
    }
    EXPECT_EQ(platform_->waitQuiet(kernel::kSecond), kIOReturnSuccess);
    OSSharedPtr<IOService> slices[] = {CopyAbove(nubs_[0].get(), 2), CopyAbove(nubs_[1].get(), 2)};
    EXPECT_EQ(slices[0]->getClient(), nullptr);  // BlockReader declined
    mirror_ = Owned(BlockMirror::withMembers(OSDynamicCast(BlockService, slices[0].get()),
                                             OSDynamicCast(BlockService, slices[1].get())));
    EXPECT_EQ(platform_->waitQuiet(kernel::kSecond), kIOReturnSuccess);
    const auto top = CopyAbove(mirror_.get(), 1);
    reader_.reset(OSDynamicCast(BlockReader, top.get()), OSRetain);
    EXPECT_NE(reader_, nullptr);
  }
  ~Mirrored() {
    for (auto& nub : nubs_) nub.reset();
    mirror_.reset();
    reader_.reset();
    EXPECT_TRUE(ShutdownPlatform());
    AuditHeap();
  }

  BlockNub* nub(int index) const { return nubs_[index].get(); }
  BlockMirror* mirror() const { return mirror_.get(); }
  BlockReader* reader() const { return reader_.get(); }
  void Settle() { EXPECT_EQ(platform_->waitQuiet(kernel::kSecond), kIOReturnSuccess); }

 private:
  IOService* const platform_ = BootPlatform();
  OSSharedPtr<BlockNub> nubs_[2];
  OSSharedPtr<BlockMirror> mirror_;
  OSSharedPtr<BlockReader> reader_;
};

DRYDOCK_TEST(BlockMirror, ItSurvivesTheLossOfEitherMember) {
  for (int lost : {0, 1}) {
    Mirrored t;
    EXPECT_EQ(t.reader()->writeBlocks(0, 1), kIOReturnSuccess);
    t.nub(lost)->unplug();
    t.Settle();
    EXPECT_FALSE(t.mirror()->isInactive());
    EXPECT_TRUE(t.mirror()->isParent(CopyAbove(t.nub(1 - lost), 2).get(), gIOServicePlane, true));
    EXPECT_EQ(t.reader()->writeBlocks(0, 1), kIOReturnSuccess);
    EXPECT_EQ(t.reader()->readBlocks(0, 1), kIOReturnSuccess);
    if (lost == 1) return;
  }
}

DRYDOCK_TEST(BlockMirror, CallsDuringTheLossOfOneMemberSucceed) {
  Mirrored t;
  std::vector<kernel::Thread*> threads;
  for (int i = 0; i < 3; ++i) {
    threads.push_back(StartClient([&t] {
      for (int k = 0; k < 3; ++k) {
        EXPECT_EQ(t.reader()->readBlocks(0, 1), kIOReturnSuccess);
        EXPECT_EQ(t.reader()->writeBlocks(0, 1), kIOReturnSuccess);
      }
    }));
  }
  kernel::Sleep(kDiskLatencyUs * kMicrosecond);
  t.nub(0)->unplug();
  for (kernel::Thread* thread : threads) kernel::ThreadJoin(thread);
  t.Settle();
}

DRYDOCK_TEST(BlockMirror, ItGoesWithItsLastMember) {
  Mirrored t;
  t.nub(1)->unplug();
  t.Settle();
  t.nub(0)->unplug();
  t.Settle();
  EXPECT_TRUE(t.mirror()->isInactive());
  EXPECT_EQ(t.reader()->readBlocks(0, 1), kIOReturnOffline);
}

DRYDOCK_TEST(BlockMirror, ItGoesWhenBothMembersGoTogether) {
  Mirrored t;
  kernel::Thread* client = StartClient([&t] {
    for (;;) {
      const IOReturn result = t.reader()->readBlocks(0, 1);
      if (result == kIOReturnSuccess) continue;
      EXPECT_THAT(result, kUnplugged);
      break;
    }
  });
  kernel::Sleep(kDiskLatencyUs * kMicrosecond);
  kernel::Thread* other = StartClient([&t] { t.nub(0)->unplug(); });
  t.nub(1)->unplug();
  kernel::ThreadJoin(other);
  kernel::ThreadJoin(client);
  t.Settle();
  WaitUntil([&t] { return t.reader()->getProvider() == nullptr; });
  EXPECT_TRUE(t.mirror()->isInactive());
}

}  // namespace
}  // namespace drydock
