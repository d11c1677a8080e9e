// User clients: calls. (service.md 5)
#include <algorithm>
#include <cstring>
#include <vector>

#include <IOKit/IOUserClient.h>

#include "drivers/client/IOKitLib.h"
#include "drivers/client/user_task.h"
#include "gtest/gtest.h"
#include "tests/drivers/service/user_client_fixture.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

// The methods of the old tables. Their types are only alike to the processor.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-function-type"
class OldUserClient : public IOUserClient {
  OSDeclareDefaultStructors(OldUserClient)

 public:
  enum : uint32_t { kAdd, kName, kStore, kEcho, kNull };

  IOExternalMethod* getTargetAndMethodForIndex(IOService** target, UInt32 index) override {
    static IOExternalMethod methods[] = {
        {nullptr, reinterpret_cast<IOMethod>(&OldUserClient::add), kIOUCScalarIScalarO, 2, 1},
        {nullptr, reinterpret_cast<IOMethod>(&OldUserClient::name), kIOUCScalarIStructO, 1, 8},
        {nullptr, reinterpret_cast<IOMethod>(&OldUserClient::store), kIOUCScalarIStructI, 1,
         kIOUCVariableStructureSize},
        {nullptr, reinterpret_cast<IOMethod>(&OldUserClient::echo), kIOUCStructIStructO, 4, 4},
    };
    if (index >= kNull) return nullptr;
    *target = this;
    return &methods[index];
  }
  IOReturn clientClose() override {
    terminate();
    return kIOReturnSuccess;
  }

 private:
  IOReturn add(UInt32 a, UInt32 b, UInt32* sum) {
    *sum = a + b;
    return kIOReturnSuccess;
  }
  IOReturn name(UInt32 index, void* text, IOByteCount* size) {
    EXPECT_EQ(*size, 8u);
    std::memcpy(text, index == 0 ? "zero" : "one", 5);
    *size = 5;
    return kIOReturnSuccess;
  }
  IOReturn store(UInt32 offset, void* bytes, IOByteCount size) {
    EXPECT_EQ(offset, 1u);
    EXPECT_EQ(size, 3u);
    EXPECT_EQ(std::memcmp(bytes, "abc", 3), 0);
    return kIOReturnSuccess;
  }
  IOReturn echo(void* in, void* out, IOByteCount in_size, IOByteCount* out_size) {
    std::memcpy(out, in, in_size);
    EXPECT_EQ(*out_size, in_size);
    return kIOReturnSuccess;
  }
};

#pragma GCC diagnostic pop

OSDefineMetaClassAndStructors(OldUserClient, IOUserClient)

// Nothing but what must be there.
class BareUserClient : public IOUserClient {
  OSDeclareDefaultStructors(BareUserClient)
};

OSDefineMetaClassAndStructors(BareUserClient, IOUserClient)

namespace drydock::testing {
namespace {

DRYDOCK_TEST(IOUserClient, UC4SizesThatDoNotFitAreRefused) {
  World w;
  w.program.Run([&] {
    const io_connect_t connection = w.Open();
    const uint64_t input[] = {40, 2, 0};
    uint64_t output[2] = {7, 7};
    uint32_t count = 1;
    EXPECT_EQ(IOConnectCallScalarMethod(connection, kAdd, input, 2, output, &count),
              kIOReturnSuccess);
    EXPECT_EQ(output[0], 42u);
    EXPECT_EQ(script->calls, 1);

    output[0] = 7;
    EXPECT_EQ(IOConnectCallScalarMethod(connection, kAdd, input, 3, output, &count),
              kIOReturnBadArgument);
    EXPECT_EQ(output[0], 7u);
    count = 2;
    EXPECT_EQ(IOConnectCallScalarMethod(connection, kAdd, input, 2, output, &count),
              kIOReturnBadArgument);
    count = 1;
    EXPECT_EQ(
        IOConnectCallMethod(connection, kAdd, input, 2, "x", 1, output, &count, nullptr, nullptr),
        kIOReturnBadArgument);
    uint8_t byte;
    size_t size = 1;
    EXPECT_EQ(
        IOConnectCallMethod(connection, kAdd, input, 2, nullptr, 0, output, &count, &byte, &size),
        kIOReturnBadArgument);
    EXPECT_EQ(script->calls, 1);  // none of them got through

    for (const size_t length : {0, 1, 100, 4096}) {
      const std::vector<uint8_t> bytes(length, 0x0f);
      std::vector<uint8_t> negated(4096);
      size = negated.size();
      EXPECT_EQ(IOConnectCallStructMethod(connection, kNegate, bytes.data(), length, negated.data(),
                                          &size),
                kIOReturnSuccess);
      EXPECT_EQ(size, length);
      EXPECT_EQ(std::count(negated.begin(), negated.end(), 0xf0), static_cast<ptrdiff_t>(length));
    }
  });
}

DRYDOCK_TEST(IOUserClient, LargeStructuresComeAsMemoryDescriptors) {
  World w;
  w.program.Run([&] {
    const io_connect_t connection = w.Open();
    const std::vector<uint8_t> bytes(4097, 0x0f);
    std::vector<uint8_t> negated(4097);
    size_t size = negated.size();
    EXPECT_EQ(IOConnectCallStructMethod(connection, kNegate, bytes.data(), bytes.size(),
                                        negated.data(), &size),
              kIOReturnSuccess);
    EXPECT_EQ(size, 4097u);
    EXPECT_EQ(std::count(negated.begin(), negated.end(), 0xf0), 4097);
  });
}

DRYDOCK_TEST(IOUserClient, UC5AMethodWithoutFunctionDoesNotComplete) {
  World w;
  w.program.Run([&] {
    const io_connect_t connection = w.Open();
    const uint64_t input[] = {1};
    EXPECT_EQ(IOConnectCallScalarMethod(connection, kNothing, input, 1, nullptr, nullptr),
              kIOReturnNoCompletion);
    // The sizes are looked at first.
    EXPECT_EQ(Simple(connection, kNothing), kIOReturnBadArgument);
  });
}

DRYDOCK_TEST(IOUserClient, UC6WithoutMethodsACallIsUnsupported) {
  World w("BareUserClient");
  w.program.Run([&] {
    const io_connect_t connection = w.Open();
    EXPECT_EQ(Simple(connection, 0), kIOReturnUnsupported);
    Findings findings;
    EXPECT_EQ(IOServiceClose(connection), kIOReturnSuccess);
    EXPECT_EQ(findings.Advice("user-client-stays"), 1);
  });
  // It does not go on its own: clientClose is unsupported too.
  ASSERT_NE(w.client(), nullptr);
  EXPECT_FALSE(w.client()->isInactive());
}

DRYDOCK_TEST(IOUserClient, AConnectionCanBeAskedForItsServiceAndGivenAPort) {
  World w;
  w.program.Run([&] {
    const io_connect_t connection = w.Open();
    io_service_t service = IO_OBJECT_NULL;
    EXPECT_EQ(IOConnectGetService(connection, &service), kIOReturnSuccess);
    EXPECT_EQ(service, w.Find());
    const mach_port_t port = mach_reply_port();
    EXPECT_EQ(IOConnectSetNotificationPort(connection, 7, port, 123), kIOReturnSuccess);
    EXPECT_EQ(script->reference[kIOAsyncReservedIndex], port);
    EXPECT_EQ(script->reference[kIOAsyncCalloutRefconIndex], 123u);
    EXPECT_EQ(IOConnectSetNotificationPort(connection, 8, port, 123), kIOReturnUnsupported);
    EXPECT_EQ(IOConnectSetCFProperties(connection, kOSBooleanTrue), kIOReturnSuccess);
    EXPECT_EQ(IOConnectSetCFProperties(connection, kOSBooleanFalse), kIOReturnBadArgument);
    // A connection is no service and a service no connection.
    EXPECT_EQ(Simple(service, kAdd), MACH_SEND_INVALID_DEST);
  });
}

DRYDOCK_TEST(IOUserClient, MoreScalarsThanSixteenDoNotEvenReachTheKernel) {
  World w;
  w.program.Run([&] {
    const io_connect_t connection = w.Open();
    const uint64_t input[17] = {};
    EXPECT_EQ(IOConnectCallScalarMethod(connection, kAdd, input, 17, nullptr, nullptr),
              MIG_ARRAY_TOO_LARGE);
  });
}

DRYDOCK_TEST(IOUserClient, OldTablesOfMethodsAreStillCalled) {
  World w("OldUserClient");
  w.program.Run([&] {
    const io_connect_t connection = w.Open();
    const uint64_t input[] = {40, 2};
    uint64_t sum = 0;
    uint32_t count = 1;
    EXPECT_EQ(IOConnectCallScalarMethod(connection, OldUserClient::kAdd, input, 2, &sum, &count),
              kIOReturnSuccess);
    EXPECT_EQ(sum, 42u);
    EXPECT_EQ(IOConnectCallScalarMethod(connection, OldUserClient::kAdd, input, 1, &sum, &count),
              kIOReturnBadArgument);

    char name[8];
    size_t size = sizeof(name);
    const uint64_t zero[] = {0};
    EXPECT_EQ(IOConnectCallMethod(connection, OldUserClient::kName, zero, 1, nullptr, 0, nullptr,
                                  nullptr, name, &size),
              kIOReturnSuccess);
    EXPECT_EQ(size, 5u);
    EXPECT_STREQ(name, "zero");

    const uint64_t one[] = {1};
    EXPECT_EQ(IOConnectCallMethod(connection, OldUserClient::kStore, one, 1, "abc", 3, nullptr,
                                  nullptr, nullptr, nullptr),
              kIOReturnSuccess);

    char echo[4];
    size = sizeof(echo);
    EXPECT_EQ(IOConnectCallStructMethod(connection, OldUserClient::kEcho, "drip", 4, echo, &size),
              kIOReturnSuccess);
    EXPECT_EQ(std::memcmp(echo, "drip", 4), 0);

    EXPECT_EQ(Simple(connection, OldUserClient::kNull), kIOReturnUnsupported);
    // They cannot take memory descriptors.
    const std::vector<uint8_t> large(5000);
    EXPECT_EQ(IOConnectCallStructMethod(connection, OldUserClient::kEcho, large.data(),
                                        large.size(), echo, &size),
              kIOReturnIPCError);
  });
}

DRYDOCK_TEST(IOUserClient, OnlyTheSuperuserIsAdministrator) {
  World w;
  UserTask root({.name = "root", .root = true});
  EXPECT_EQ(IOUserClient::clientHasPrivilege(w.program.task(), kIOClientPrivilegeAdministrator),
            kIOReturnNotPrivileged);
  EXPECT_EQ(IOUserClient::clientHasPrivilege(root.task(), kIOClientPrivilegeAdministrator),
            kIOReturnSuccess);
  EXPECT_EQ(IOUserClient::clientHasPrivilege(w.program.task(), kIOClientPrivilegeLocalUser),
            kIOReturnSuccess);
  EXPECT_EQ(IOUserClient::clientHasPrivilege(root.task(), "levitate"), kIOReturnUnsupported);
}

DRYDOCK_TEST(IOUserClient, UC17TwoThreadsMayBeInsideAtOnce) {
  World w;
  TwoCallsAtOnce(&w, kBlock, 2);
}

}  // namespace
}  // namespace drydock::testing
