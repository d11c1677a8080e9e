// Pipes: transfers, time-outs, aborts. (service.md 7.3)
#include <IOKit/usb/IOUSBHostPipe.h>

#include "drivers/service/owned.h"
#include "tests/drivers/usb/fixtures.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace drydock {
namespace {

using kernel::kMicrosecond;
using kernel::kMillisecond;

// A driver on a device that is plugged in.
struct Plugged {
  UsbDeviceModel model = SerialModel();
  UsbMachine machine;
  TestUsbDriver* driver = nullptr;

  explicit Plugged(std::vector<UsbArrival> arrivals = {},
                   const DrydockUSBController::Options& options = {})
      : machine(options) {
    model.arrivals = std::move(arrivals);
    machine.usb()->Plug(0, &model);
    driver = TestUsbDriver::Make(machine.WaitForInterface());
    driver->close_in_will = true;
  }
  ~Plugged() { driver->release(); }

  size_t done() const { return driver->completions().size(); }
};

DRYDOCK_TEST(IOUSBHostPipe, BulkInCompletesWithTheDataThatIsThere) {
  Plugged t({{.at_ns = 50 * kMillisecond, .bytes = 3}});
  ASSERT_EQ(t.driver->Submit(t.driver->in(), 64), kIOReturnSuccess);
  WaitUntil([&] { return t.done() == 1; });
  EXPECT_EQ(t.driver->completions()[0].status, kIOReturnSuccess);
  EXPECT_EQ(t.driver->completions()[0].bytes, 3u);
}

DRYDOCK_TEST(IOUSBHostPipe, DataStaysInTheDeviceUntilItIsRead) {
  Plugged t({{.at_ns = kMillisecond, .bytes = 5}, {.at_ns = 2 * kMillisecond, .bytes = 6}});
  kernel::Sleep(20 * kMillisecond);
  const auto buffer = Owned(IOBufferMemoryDescriptor::withCapacity(8, kIODirectionIn));
  const auto* bytes = static_cast<const uint8_t*>(buffer->getBytesNoCopy());
  uint32_t count = 0;
  EXPECT_EQ(t.driver->in()->io(buffer.get(), 8, count), kIOReturnSuccess);
  EXPECT_EQ(count, 8u);
  EXPECT_EQ(bytes[7], 7);
  EXPECT_EQ(t.driver->in()->io(buffer.get(), 8, count), kIOReturnSuccess);
  EXPECT_EQ(count, 3u);
  EXPECT_EQ(bytes[0], 8);
}

DRYDOCK_TEST(IOUSBHostPipe, US8AcceptedTransferCompletesExactlyOnce) {
  Plugged t;
  for (int i = 0; i < 3; ++i) ASSERT_EQ(t.driver->Submit(t.driver->out(), 16), kIOReturnSuccess);
  WaitUntil([&] { return t.done() == 3; });
  kernel::Sleep(10 * kMillisecond);
  EXPECT_EQ(t.done(), 3u);
  for (const auto& done : t.driver->completions()) {
    EXPECT_EQ(done.status, kIOReturnSuccess);
    EXPECT_EQ(done.bytes, 16u);
  }
}

DRYDOCK_TEST(IOUSBHostPipe, US9SynchronousAbortReturnsAfterAllCompletions) {
  Plugged t;
  for (int i = 0; i < 4; ++i) ASSERT_EQ(t.driver->Submit(t.driver->in(), 16), kIOReturnSuccess);
  EXPECT_EQ(t.driver->in()->abort(IOUSBHostIOSource::kAbortSynchronous), kIOReturnSuccess);
  ASSERT_EQ(t.done(), 4u);
  for (const auto& done : t.driver->completions()) EXPECT_EQ(done.status, kIOReturnAborted);
}

DRYDOCK_TEST(IOUSBHostPipe, US9TransferThatHardwareFinishedKeepsItsStatus) {
  Plugged t;
  ASSERT_EQ(t.driver->Submit(t.driver->out(), 16), kIOReturnSuccess);
  kernel::Delay(20 * kMicrosecond);  // about as long as it takes
  t.driver->out()->abort(IOUSBHostIOSource::kAbortSynchronous);
  ASSERT_EQ(t.done(), 1u);
  const auto& done = t.driver->completions()[0];
  if (done.status == kIOReturnSuccess) {
    EXPECT_EQ(done.bytes, 16u);
  } else {
    EXPECT_EQ(done.status, kIOReturnAborted);
    EXPECT_EQ(done.bytes, 0u);
  }
}

DRYDOCK_TEST(IOUSBHostPipe, AsynchronousAbortCompletesSoon) {
  Plugged t;
  ASSERT_EQ(t.driver->Submit(t.driver->in(), 16), kIOReturnSuccess);
  EXPECT_EQ(t.driver->in()->abort(), kIOReturnSuccess);
  WaitUntil([&] { return t.done() == 1; });
  EXPECT_EQ(t.driver->completions()[0].status, kIOReturnAborted);
}

DRYDOCK_TEST(IOUSBHostPipe, US10AbortWithAnErrorCompletesWithThat) {
  Plugged t;
  ASSERT_EQ(t.driver->Submit(t.driver->in(), 16), kIOReturnSuccess);
  t.driver->in()->abort(IOUSBHostIOSource::kAbortSynchronous, kIOReturnTimeout);
  ASSERT_EQ(t.done(), 1u);
  EXPECT_EQ(t.driver->completions()[0].status, kIOReturnTimeout);
}

DRYDOCK_TEST(IOUSBHostPipe, US11TransferSubmittedByAnAbortedOneIsNotAborted) {
  Plugged t({{.at_ns = 100 * kMillisecond, .bytes = 4}});
  TestUsbDriver* driver = t.driver;
  driver->Submit(driver->in(), 16,
                 [driver] { EXPECT_EQ(driver->Submit(driver->in(), 16), kIOReturnSuccess); });
  driver->in()->abort(IOUSBHostIOSource::kAbortSynchronous);
  ASSERT_EQ(t.done(), 1u);
  WaitUntil([&] { return t.done() == 2; });
  EXPECT_EQ(driver->completions()[1].status, kIOReturnSuccess);
  EXPECT_EQ(driver->completions()[1].bytes, 4u);
}

DRYDOCK_TEST(IOUSBHostPipe, US14MoreBytesThanTheBufferHasIsRefused) {
  Plugged t;
  bool completed = false;
  IOUSBHostCompletion completion = {
      &completed, [](void* owner, void*, IOReturn, uint32_t) { *static_cast<bool*>(owner) = true; },
      nullptr};
  const auto buffer = Owned(IOBufferMemoryDescriptor::withCapacity(8, kIODirectionOut));
  EXPECT_EQ(t.driver->out()->io(buffer.get(), 9, &completion), kIOReturnBadArgument);
  kernel::Sleep(kMillisecond);
  EXPECT_FALSE(completed);
}

DRYDOCK_TEST(IOUSBHostPipe, TimeoutEndsATransfer) {
  Plugged t;
  const auto buffer = Owned(IOBufferMemoryDescriptor::withCapacity(8, kIODirectionIn));
  uint32_t count = 1;
  const kernel::Time start = kernel::Now();
  EXPECT_EQ(t.driver->in()->io(buffer.get(), 8, count, 20), kIOReturnTimeout);
  EXPECT_EQ(count, 0u);
  EXPECT_GE(kernel::Now() - start, 20 * kMillisecond);
}

DRYDOCK_TEST(IOUSBHostPipe, US25SynchronousTransferInACompletionGoesThrough) {
  Plugged t({{.at_ns = 50 * kMillisecond, .bytes = 2}});
  TestUsbDriver* driver = t.driver;
  IOReturn status = kIOReturnError;
  driver->Submit(driver->in(), 16, [&status, driver] {
    const auto buffer = Owned(IOBufferMemoryDescriptor::withCapacity(8, kIODirectionOut));
    uint32_t count;
    status = driver->out()->io(buffer.get(), 8, count);
  });
  WaitUntil([&] { return status == kIOReturnSuccess; });
}

void ExpectUnplugEnds(IOReturn unplug_status) {
  Plugged t({}, {.unplug_status = unplug_status});
  for (int i = 0; i < 3; ++i) ASSERT_EQ(t.driver->Submit(t.driver->in(), 16), kIOReturnSuccess);
  t.machine.usb()->Unplug(0);
  WaitUntil([&] { return t.done() == 3; });
  for (const auto& done : t.driver->completions()) {
    // Aborted also if the driver's close came first.
    EXPECT_TRUE(done.status == unplug_status || done.status == kIOReturnAborted) << done.status;
    EXPECT_EQ(done.bytes, 0u);
  }
  t.machine.WaitForNoDevice();
  EXPECT_EQ(t.done(), 3u);
}

DRYDOCK_TEST(IOUSBHostPipe, US18UnplugEndsTransfersWithNotResponding) {
  ExpectUnplugEnds(kIOReturnNotResponding);
}

DRYDOCK_TEST(IOUSBHostPipe, US18UnplugEndsTransfersWithAborted) {
  ExpectUnplugEnds(kIOReturnAborted);
}

}  // namespace
}  // namespace drydock
