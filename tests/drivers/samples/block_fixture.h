// tests/drivers/samples/block_fixture.h
//
// Disks that are plugged in, and the drivers that match them.
#ifndef DRYDOCK_TESTS_DRIVERS_SAMPLES_BLOCK_FIXTURE_H_
#define DRYDOCK_TESTS_DRIVERS_SAMPLES_BLOCK_FIXTURE_H_

#include "drivers/samples/BlockNub.h"
#include "drivers/samples/BlockReader.h"
#include "drivers/service/owned.h"
#include "drivers/service/platform.h"
#include "gtest/gtest.h"
#include "libkern/kernel_heap.h"
#include "scheduler/kernel/clock.h"

namespace drydock {

inline constexpr UInt64 kDiskBlocks = 1000;
inline constexpr UInt32 kDiskLatencyUs = 100;

// The service `depth` levels above `service`, following first clients; +1, or null.
inline OSSharedPtr<IOService> CopyAbove(IOService* service, int depth) {
  OSSharedPtr<IOService> above(service, OSRetain);
  for (; depth > 0 && above != nullptr; --depth) {
    const auto client = Owned(above->copyChildEntry(gIOServicePlane));
    above.reset(OSDynamicCast(IOService, client.get()), OSRetain);
  }
  return above;
}

// One disk, and the stack of four that is matched on it.
class BlockStack {
 public:
  explicit BlockStack(const PlatformOptions& options = {}, UInt32 latency_us = kDiskLatencyUs)
      : platform_(BootPlatform(options)),
        nub_(Owned(BlockNub::plug(platform_, kDiskBlocks, latency_us))) {
    EXPECT_EQ(platform_->waitQuiet(kernel::kSecond), kIOReturnSuccess);
    const auto top = CopyAbove(nub_.get(), 3);
    reader_.reset(OSDynamicCast(BlockReader, top.get()), OSRetain);
    EXPECT_NE(reader_, nullptr);
  }
  ~BlockStack() {
    nub_.reset();
    reader_.reset();
    EXPECT_TRUE(ShutdownPlatform()) << "a termination is parked for ever";
    AuditHeap();
  }

  IOService* platform() const { return platform_; }
  BlockNub* nub() const { return nub_.get(); }
  BlockReader* reader() const { return reader_.get(); }
  IOService* transport() const { return reader_->getProvider()->getProvider(); }

  // Retained by the registry only.
  void Forget() {
    nub_.reset();
    reader_.reset();
  }

 private:
  IOService* const platform_;
  OSSharedPtr<BlockNub> nub_;
  OSSharedPtr<BlockReader> reader_;
};

}  // namespace drydock

#endif  // DRYDOCK_TESTS_DRIVERS_SAMPLES_BLOCK_FIXTURE_H_
