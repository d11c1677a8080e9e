// User clients: asynchronous results. (service.md 5)
#include <vector>

#include <IOKit/IOUserClient.h>

#include "drivers/client/IOKitLib.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drivers/service/user_client_fixture.h"
#include "tests/drydock_test.h"

namespace drydock::testing {
namespace {

using ::testing::ElementsAre;

struct Seen {
  int count = 0;
  IOReturn result = kIOReturnSuccess;
};

void Saw(void* refcon, IOReturn result) {
  auto* seen = static_cast<Seen*>(refcon);
  ++seen->count;
  seen->result = result;
}

DRYDOCK_TEST(IOUserClient, AnAsynchronousResultReachesTheCallback) {
  World w;
  w.program.Run([&] {
    const io_connect_t connection = w.Open();
    IONotificationPortRef notify = IONotificationPortCreate(kIOMainPortDefault);
    const mach_port_t port = IONotificationPortGetMachPort(notify);
    Seen seen;
    EXPECT_EQ(CallAsync(connection, kRemember, port, &Saw, &seen), kIOReturnSuccess);
    EXPECT_EQ(ReceiveNotification(port, kernel::kMillisecond), MACH_RCV_TIMED_OUT);
    kernel::Thread* driver = kernel::ThreadStart({.name = "driver"}, [] {
      EXPECT_EQ(IOUserClient::sendAsyncResult64(script->reference, kIOReturnUnderrun, nullptr, 0),
                kIOReturnSuccess);
    });
    EXPECT_EQ(ReceiveNotification(port), MACH_MSG_SUCCESS);
    EXPECT_EQ(seen.count, 1);
    EXPECT_EQ(seen.result, kIOReturnUnderrun);
    kernel::ThreadJoin(driver);

    // A program that released its port receives nothing.
    IONotificationPortDestroy(notify);
    EXPECT_EQ(IOUserClient::sendAsyncResult64(script->reference, kIOReturnSuccess, nullptr, 0),
              MACH_SEND_INVALID_DEST);
  });
}

DRYDOCK_TEST(IOUserClient, ArgumentsOfAResultAreHandedOver) {
  World w;
  w.program.Run([&] {
    const mach_port_t port = mach_reply_port();
    std::vector<uintptr_t> arguments;
    const IOAsyncCallback callback = [](void* refcon, IOReturn, void** args, uint32_t count) {
      for (uint32_t i = 0; i < count; ++i) {
        static_cast<std::vector<uintptr_t>*>(refcon)->push_back(
            reinterpret_cast<uintptr_t>(args[i]));
      }
    };
    OSAsyncReference64 reference = {};
    IOUserClient::setAsyncReference64(reference, port, reinterpret_cast<uintptr_t>(callback),
                                      reinterpret_cast<uintptr_t>(&arguments));
    io_user_reference_t args[] = {1, 2, 3};
    EXPECT_EQ(IOUserClient::sendAsyncResult64(reference, kIOReturnSuccess, args, 3),
              kIOReturnSuccess);
    EXPECT_EQ(ReceiveNotification(port), MACH_MSG_SUCCESS);
    EXPECT_THAT(arguments, ElementsAre(1, 2, 3));
  });
}

DRYDOCK_TEST(IOUserClient, UC12WhatTheDriverDoesNotCompleteNeverCallsBack) {
  World w;
  w.program.Run([&] {
    const io_connect_t connection = w.Open();
    const mach_port_t port = mach_reply_port();
    Seen seen;
    EXPECT_EQ(CallAsync(connection, kRemember, port, &Saw, &seen), kIOReturnSuccess);
    w.nub->terminate(kIOServiceSynchronous);
    EXPECT_EQ(ReceiveNotification(port, kernel::kSecond), MACH_RCV_TIMED_OUT);
    EXPECT_EQ(seen.count, 0);
    // The reference is good for as long as the port is: a driver may still complete.
    EXPECT_EQ(IOUserClient::sendAsyncResult64(script->reference, kIOReturnAborted, nullptr, 0),
              kIOReturnSuccess);
    EXPECT_EQ(ReceiveNotification(port), MACH_MSG_SUCCESS);
    EXPECT_EQ(seen.result, kIOReturnAborted);
  });
}

DRYDOCK_TEST(IOUserClient, UC13SeventeenArgumentsAreTooManyAndNoPortIsNoFailure) {
  World w;
  w.program.Run([&] {
    const mach_port_t port = mach_reply_port();
    io_user_reference_t args[17] = {};
    OSAsyncReference64 reference = {};
    EXPECT_EQ(IOUserClient::sendAsyncResult64(reference, kIOReturnSuccess, args, 0),
              kIOReturnSuccess);
    EXPECT_EQ(ReceiveNotification(port, kernel::kMillisecond), MACH_RCV_TIMED_OUT);
    IOUserClient::setAsyncReference64(reference, port, 0, 0);
    EXPECT_EQ(IOUserClient::sendAsyncResult64(reference, kIOReturnSuccess, args, 17),
              kIOReturnMessageTooLarge);
    EXPECT_EQ(IOUserClient::sendAsyncResult64(reference, kIOReturnSuccess, args, 16),
              kIOReturnSuccess);
    EXPECT_EQ(ReceiveNotification(port, kernel::kMillisecond), MACH_MSG_SUCCESS);
  });
}

}  // namespace
}  // namespace drydock::testing
