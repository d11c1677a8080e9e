// The serial driver: reads, writes, time-outs, and unplugs at every moment.
#include <numeric>

#include "drivers/samples/stream_service.h"
#include "drivers/service/owned.h"
#include "tests/drivers/usb/fixtures.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace drydock {
namespace {

using kernel::kMillisecond;

constexpr kernel::Time kReadTimeout = 500 * kMillisecond;  // the personality's

// A serial adapter, plugged in, and its driver.
struct Serial {
  UsbDeviceModel model = SerialModel();
  UsbMachine machine;
  IOUSBHostInterface* interface;
  OSSharedPtr<StreamService> stream;

  explicit Serial(std::vector<UsbArrival> arrivals = {},
                  const DrydockUSBController::Options& options = {})
      : machine(options) {
    model.arrivals = std::move(arrivals);
    machine.usb()->Plug(0, &model);
    interface = machine.WaitForInterface();
    stream.reset(OSDynamicCast(StreamService, interface->getClient()), OSRetain);
    EXPECT_NE(stream, nullptr);
  }
  ~Serial() {
    // All references must be released before the platform is shut down.
    stream.reset();
  }

  // Reads `length` bytes and returns them; the call must end with `expected`.
  std::vector<uint8_t> Read(size_t length, IOReturn expected) {
    std::vector<uint8_t> bytes(length);
    IOByteCount count = ~IOByteCount{0};
    EXPECT_EQ(stream->readStream(bytes.data(), length, &count), expected);
    bytes.resize(count);
    return bytes;
  }
};

std::vector<uint8_t> Counting(size_t length, uint8_t from = 0) {
  std::vector<uint8_t> bytes(length);
  std::iota(bytes.begin(), bytes.end(), from);
  return bytes;
}

DRYDOCK_TEST(UsbSerial, PersonalityMatchesTheInterface) {
  Serial t;
  EXPECT_STREQ(t.stream->getMetaClass()->getClassName(), "UsbSerial");
  EXPECT_TRUE(t.interface->isOpen(t.stream.get()));
}

DRYDOCK_TEST(UsbSerial, ReadReturnsWhenAllBytesAreThere) {
  Serial t({{.at_ns = 50 * kMillisecond, .bytes = 3}, {.at_ns = 60 * kMillisecond, .bytes = 700}});
  ASSERT_EQ(t.stream->acquireStream(), kIOReturnSuccess);
  EXPECT_EQ(t.Read(700, kIOReturnSuccess), Counting(700));
  EXPECT_EQ(t.Read(3, kIOReturnSuccess), Counting(3, 700 % 256));
  t.stream->releaseStream();
}

DRYDOCK_TEST(UsbSerial, ReadOfMoreThanTheRingHolds) {
  Serial t({{.at_ns = kMillisecond, .bytes = 10000}});
  ASSERT_EQ(t.stream->acquireStream(), kIOReturnSuccess);
  kernel::Sleep(50 * kMillisecond);  // the ring is full
  EXPECT_EQ(t.Read(10000, kIOReturnSuccess), Counting(10000));
}

DRYDOCK_TEST(UsbSerial, ReadWithoutAcquiringIsRefused) {
  Serial t({{.at_ns = kMillisecond, .bytes = 8}});
  EXPECT_TRUE(t.Read(8, kIOReturnNotOpen).empty());
}

DRYDOCK_TEST(UsbSerial, ReadTimesOutAndKeepsWhatItHas) {
  Serial t({{.at_ns = 50 * kMillisecond, .bytes = 3}});
  ASSERT_EQ(t.stream->acquireStream(), kIOReturnSuccess);
  const kernel::Time start = kernel::Now();
  EXPECT_EQ(t.Read(8, kIOReturnTimeout), Counting(3));
  EXPECT_GE(kernel::Now() - start, kReadTimeout);
  EXPECT_LT(kernel::Now() - start, kReadTimeout + 50 * kMillisecond);
}

DRYDOCK_TEST(UsbSerial, DataAtTheTimeoutIsReadOrStaysForTheNext) {
  // Plugged in at about 0, read at once: data and timeout meet.
  Serial t({{.at_ns = kReadTimeout, .bytes = 8}});
  ASSERT_EQ(t.stream->acquireStream(), kIOReturnSuccess);
  std::vector<uint8_t> bytes(8);
  IOByteCount count = 0;
  if (t.stream->readStream(bytes.data(), 8, &count) == kIOReturnTimeout) {
    EXPECT_EQ(count, 0u);
    bytes = t.Read(8, kIOReturnSuccess);
  }
  EXPECT_EQ(bytes, Counting(8));
}

DRYDOCK_TEST(UsbSerial, WriteTakesAll) {
  Serial t;
  ASSERT_EQ(t.stream->acquireStream(), kIOReturnSuccess);
  IOByteCount count = 0;
  EXPECT_EQ(t.stream->writeStream("hello", 5, &count), kIOReturnSuccess);
  EXPECT_EQ(count, 5u);
}

DRYDOCK_TEST(UsbSerial, TwoClientsShareTheStream) {
  Serial t({{.at_ns = 10 * kMillisecond, .bytes = 16}});
  std::vector<uint8_t> first, second;
  const auto client = [&t](std::vector<uint8_t>* bytes) {
    EXPECT_EQ(t.stream->acquireStream(), kIOReturnSuccess);
    *bytes = t.Read(8, kIOReturnSuccess);
    t.stream->releaseStream();
  };
  kernel::Thread* a = StartClient([&] { client(&first); });
  kernel::Thread* b = StartClient([&] { client(&second); });
  kernel::ThreadJoin(a);
  kernel::ThreadJoin(b);
  // Each got a piece of its own, in order.
  if (first > second) std::swap(first, second);
  EXPECT_EQ(first, Counting(8));
  EXPECT_EQ(second, Counting(8, 8));
}

void UnplugDuringReads(IOReturn unplug_status, kernel::Time unplug_after) {
  Serial t({}, {.unplug_status = unplug_status});
  EventCount closes(trace::EventKind::kServiceClose);
  std::vector<kernel::Thread*> clients;
  for (int i = 0; i < 2; ++i) {
    clients.push_back(StartClient([&t] {
      const OSSharedPtr<StreamService> stream = t.stream;
      const IOReturn acquired = stream->acquireStream();
      if (acquired == kIOReturnSuccess) {
        EXPECT_TRUE(t.Read(8, kIOReturnOffline).empty());
        stream->releaseStream();
      } else {
        EXPECT_EQ(acquired, kIOReturnOffline);
      }
    }));
  }
  kernel::Sleep(unplug_after);
  t.machine.usb()->Unplug(0);
  for (kernel::Thread* client : clients) kernel::ThreadJoin(client);
  EXPECT_LT(kernel::Now(), kReadTimeout);
  t.machine.WaitForNoDevice();
  EXPECT_EQ(closes.count(), 1);
  EXPECT_EQ(t.stream->acquireStream(), kIOReturnOffline);
  WaitUntil(
      [&t] { return t.stream->getRetainCount() == 1; });  // the terminate thread releases it last
}

DRYDOCK_TEST(UsbSerial, UnplugDuringReadsTakesThemOffline) {
  UnplugDuringReads(kIOReturnNotResponding, 10 * kMillisecond);
}

DRYDOCK_TEST(UsbSerial, UnplugThatAbortsTakesReadsOffline) {
  UnplugDuringReads(kIOReturnAborted, 10 * kMillisecond);
}

DRYDOCK_TEST(UsbSerial, UnplugAsReadsBegin) {
  UnplugDuringReads(kIOReturnNotResponding, 5 * kernel::kMicrosecond);
}

DRYDOCK_TEST(UsbSerial, UnplugDuringAWriteTakesItOffline) {
  Serial t;
  ASSERT_EQ(t.stream->acquireStream(), kIOReturnSuccess);
  kernel::Thread* client = StartClient([&t] {
    IOByteCount count = 1;
    const IOReturn result = t.stream->writeStream("hello", 5, &count);
    if (result == kIOReturnSuccess) {
      EXPECT_EQ(count, 5u);
    } else {
      EXPECT_EQ(result, kIOReturnOffline);
      EXPECT_EQ(count, 0u);
    }
  });
  t.machine.usb()->Unplug(0);
  kernel::ThreadJoin(client);
  t.machine.WaitForNoDevice();
}

// Unplugs while a client of low priority reads from the stream, which the caller has acquired, and
// waits until all is over. Returns that client.
kernel::Thread* UnplugWhileAClientReads(Serial* t) {
  kernel::Thread* client = kernel::ThreadStart({.name = "client", .priority = 31},
                                               [t] { t->Read(8, kIOReturnOffline); });
  kernel::Sleep(10 * kMillisecond);
  t->machine.usb()->Unplug(0);
  kernel::ThreadJoin(client);
  t->machine.WaitForNoDevice();
  return client;
}

// With one CPU a client of low priority leaves after didTerminate, so it closes the provider.
DRYDOCK_TEST_ON(UsbSerial, LastClientOutClosesTheProvider, MachineOptions{.cpus = 1}) {
  Serial t;
  EventCount closes(trace::EventKind::kServiceClose);
  EventCount did(trace::EventKind::kTerminateDid);
  ASSERT_EQ(t.stream->acquireStream(), kIOReturnSuccess);
  kernel::Thread* client = UnplugWhileAClientReads(&t);
  EXPECT_EQ(closes.count(), 1);
  EXPECT_EQ(closes.last().thread, kernel::ThreadIdOf(client));
  EXPECT_GT(closes.last().time_ns, did.last().time_ns);
  EXPECT_EQ(t.stream->getProvider(), nullptr);
}

// With two CPUs either may be the last: the client, or the terminate thread.
DRYDOCK_TEST(UsbSerial, WhoeverIsLastClosesTheProvider) {
  Serial t;
  EventCount closes(trace::EventKind::kServiceClose);
  ASSERT_EQ(t.stream->acquireStream(), kIOReturnSuccess);
  UnplugWhileAClientReads(&t);
  EXPECT_EQ(closes.count(), 1);
  EXPECT_EQ(t.stream->getProvider(), nullptr);
}

DRYDOCK_TEST(UsbSerial, StartWithoutItsPipesUnwinds) {
  UsbDeviceModel model = SerialModel();
  model.endpoints.pop_back();
  UsbMachine machine;
  machine.usb()->Plug(0, &model);
  IOUSBHostInterface* interface = machine.WaitForInterface();
  EXPECT_EQ(interface->getClient(), nullptr);
  EXPECT_FALSE(interface->isOpen());
}

DRYDOCK_TEST(UsbSerial, UnplugWhileTheDriverStarts) {
  UsbDeviceModel model = SerialModel();
  UsbMachine machine;
  for (int i = 0; i < 5; ++i) {
    machine.usb()->Plug(0, &model);
    kernel::Sleep((1 + 4 * i) * kernel::kMicrosecond);
    machine.usb()->Unplug(0);
  }
  kernel::Sleep(10 * kMillisecond);
  machine.WaitForNoDevice();
}

}  // namespace
}  // namespace drydock
