// A program uses a serial adapter through its user client, and the adapter is unplugged.
#include "drivers/samples/StreamUserClient.h"

#include <atomic>
#include <numeric>
#include <vector>

#include "drivers/client/IOKitLib.h"
#include "drivers/client/user_task.h"
#include "drivers/service/owned.h"
#include "tests/drivers/usb/fixtures.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace drydock {
namespace {

using kernel::kMillisecond;

// A serial adapter, plugged in and at rest, and a program.
struct Serial {
  UsbDeviceModel model = SerialModel();
  UsbMachine machine;
  UserTask program{{.name = "terminal"}};

  explicit Serial(std::vector<UsbArrival> arrivals = {}) {
    model.arrivals = std::move(arrivals);
    Plug();
  }

  // Plugs it in and waits until its driver is published.
  void Plug() {
    machine.usb()->Plug(0, &model);
    machine.WaitForInterface();
    machine.usb()->waitQuiet();
  }
};

// On a thread of the program.
io_connect_t Open() {
  const io_service_t service =
      IOServiceGetMatchingService(kIOMainPortDefault, IOServiceMatching("StreamService"));
  EXPECT_NE(service, IO_OBJECT_NULL);
  io_connect_t connection = IO_OBJECT_NULL;
  EXPECT_EQ(IOServiceOpen(service, mach_task_self(), 0, &connection), kIOReturnSuccess);
  IOObjectRelease(service);
  return connection;
}

IOReturn Simple(io_connect_t connection, uint32_t selector) {
  return IOConnectCallScalarMethod(connection, selector, nullptr, 0, nullptr, nullptr);
}

IOReturn Read(io_connect_t connection, std::vector<uint8_t>* bytes) {
  size_t size = bytes->size();
  const IOReturn result =
      IOConnectCallStructMethod(connection, kStreamRead, nullptr, 0, bytes->data(), &size);
  bytes->resize(result == kIOReturnSuccess ? size : 0);
  return result;
}

DRYDOCK_TEST(StreamUserClient, ReadsAndWrites) {
  Serial t({{.at_ns = 50 * kMillisecond, .bytes = 100}});
  t.program.Run([] {
    const io_connect_t connection = Open();
    std::vector<uint8_t> bytes(100), expected(100);
    EXPECT_EQ(Read(connection, &bytes), kIOReturnNotOpen);
    EXPECT_EQ(Simple(connection, kStreamAcquire), kIOReturnSuccess);
    EXPECT_EQ(Simple(connection, kStreamAcquire), kIOReturnExclusiveAccess);
    bytes.resize(100);
    EXPECT_EQ(Read(connection, &bytes), kIOReturnSuccess);
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(bytes, expected);

    uint64_t written = 0;
    uint32_t count = 1;
    EXPECT_EQ(IOConnectCallMethod(connection, kStreamWrite, nullptr, 0, "hello", 5, &written,
                                  &count, nullptr, nullptr),
              kIOReturnSuccess);
    EXPECT_EQ(written, 5u);
    EXPECT_EQ(Simple(connection, kStreamRelease), kIOReturnSuccess);
    EXPECT_EQ(Simple(connection, kStreamMethodCount), kIOReturnUnsupported);
    EXPECT_EQ(IOServiceClose(connection), kIOReturnSuccess);
  });
}

DRYDOCK_TEST(StreamUserClient, WhatWasReadBeforeTheTimeoutIsNotLost) {
  Serial t({{.at_ns = 50 * kMillisecond, .bytes = 3}});
  t.program.Run([] {
    const io_connect_t connection = Open();
    EXPECT_EQ(Simple(connection, kStreamAcquire), kIOReturnSuccess);
    std::vector<uint8_t> bytes(8);
    EXPECT_EQ(Read(connection, &bytes), kIOReturnSuccess);
    EXPECT_EQ(bytes, (std::vector<uint8_t>{0, 1, 2}));
    bytes.resize(8);
    EXPECT_EQ(Read(connection, &bytes), kIOReturnTimeout);
  });
}

DRYDOCK_TEST(StreamUserClient, LargeStructuresAreRefused) {
  Serial t;
  t.program.Run([] {
    const io_connect_t connection = Open();
    EXPECT_EQ(Simple(connection, kStreamAcquire), kIOReturnSuccess);
    std::vector<uint8_t> bytes(5000);
    EXPECT_EQ(Read(connection, &bytes), kIOReturnMessageTooLarge);
  });
}

DRYDOCK_TEST(StreamUserClient, UnplugDuringReads) {
  Serial t;
  std::atomic<int> ended{0};
  for (int i = 0; i < 2; ++i) {
    t.program.Start("reader", [&ended] {
      const io_connect_t connection = Open();
      const IOReturn acquired = Simple(connection, kStreamAcquire);
      if (acquired == kIOReturnSuccess) {
        std::vector<uint8_t> bytes(8);
        const IOReturn read = Read(connection, &bytes);
        EXPECT_TRUE(read == kIOReturnOffline || read == MACH_SEND_INVALID_DEST) << read;
      } else {
        EXPECT_TRUE(acquired == kIOReturnOffline || acquired == MACH_SEND_INVALID_DEST) << acquired;
      }
      std::vector<uint8_t> bytes(8);
      const IOReturn again = Read(connection, &bytes);
      EXPECT_TRUE(again == kIOReturnOffline || again == MACH_SEND_INVALID_DEST) << again;
      IOServiceClose(connection);
      ++ended;
    });
  }
  kernel::Sleep(100 * kMillisecond);
  t.machine.usb()->Unplug(0);
  t.machine.WaitForNoDevice();
  while (ended < 2) kernel::Sleep(kMillisecond);
}

DRYDOCK_TEST(StreamUserClient, TheDeathOfTheProgramReleasesTheStream) {
  Serial t;
  UserTask mortal({.name = "mortal"});
  mortal.Start("reader", [] {
    const io_connect_t connection = Open();
    EXPECT_EQ(Simple(connection, kStreamAcquire), kIOReturnSuccess);
    std::vector<uint8_t> bytes(8);
    EXPECT_EQ(Read(connection, &bytes), kIOReturnAborted);  // its wait was aborted
  });
  kernel::Sleep(50 * kMillisecond);
  mortal.Kill();
  kernel::Sleep(50 * kMillisecond);
  // Another program may have the stream.
  t.program.Run([] {
    const io_connect_t connection = Open();
    EXPECT_EQ(Simple(connection, kStreamAcquire), kIOReturnSuccess);
  });
}

DRYDOCK_TEST(StreamUserClient, AProgramIsToldOfTheUnplug) {
  Serial t;
  std::atomic<bool> asked{false};
  kernel::Thread* listener = t.program.Start("listener", [&asked] {
    const io_connect_t connection = Open();
    const mach_port_t port = mach_reply_port();
    IOReturn told = kIOReturnSuccess;
    const IOAsyncCallback0 callback = [](void* refcon, IOReturn result) {
      *static_cast<IOReturn*>(refcon) = result;
    };
    uint64_t reference[kIOAsyncCalloutCount] = {0, reinterpret_cast<uintptr_t>(callback),
                                                reinterpret_cast<uintptr_t>(&told)};
    EXPECT_EQ(Simple(connection, kStreamNotifyOfEnd), kIOReturnBadArgument);  // asynchronous only
    const auto ask = [&] {
      return IOConnectCallAsyncScalarMethod(connection, kStreamNotifyOfEnd, port, reference,
                                            kIOAsyncCalloutCount, nullptr, 0, nullptr, nullptr);
    };
    EXPECT_EQ(ask(), kIOReturnSuccess);
    EXPECT_EQ(ask(), kIOReturnBusy);
    asked = true;
    EXPECT_EQ(ReceiveNotification(port), MACH_MSG_SUCCESS);
    EXPECT_EQ(told, kIOReturnOffline);
    EXPECT_EQ(ask(), MACH_SEND_INVALID_DEST);
  });
  WaitUntil([&asked] { return asked.load(); });
  t.machine.usb()->Unplug(0);
  kernel::ThreadJoin(listener);
  t.machine.WaitForNoDevice();
}

// The adapter is unplugged at every microsecond of a program's call, one run for each.
DRYDOCK_TEST(StreamUserClient, UnplugAtAnyMomentOfACall) {
  Serial t;
  for (kernel::Time after = 0; after < 40; after += 4) {
    if (after > 0) t.Plug();
    kernel::Thread* reader = t.program.Start("reader", [] {
      const io_service_t service =
          IOServiceGetMatchingService(kIOMainPortDefault, IOServiceMatching("StreamService"));
      io_connect_t connection = IO_OBJECT_NULL;
      if (IOServiceOpen(service, mach_task_self(), 0, &connection) != kIOReturnSuccess) return;
      Simple(connection, kStreamAcquire);
      std::vector<uint8_t> bytes(8);
      const IOReturn read = Read(connection, &bytes);
      EXPECT_TRUE(read == kIOReturnOffline || read == MACH_SEND_INVALID_DEST) << read;
      IOServiceClose(connection);
    });
    kernel::Sleep(after * kernel::kMicrosecond + 1);
    t.machine.usb()->Unplug(0);
    kernel::ThreadJoin(reader);
    t.machine.WaitForNoDevice();
  }
}

}  // namespace
}  // namespace drydock
