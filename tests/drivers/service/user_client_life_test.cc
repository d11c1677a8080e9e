// User clients: opening, closing, termination. (service.md 5)
#include <IOKit/IOUserClient.h>

#include "drivers/client/IOKitLib.h"
#include "drivers/client/user_task.h"
#include "drivers/service/owned.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drivers/service/user_client_fixture.h"
#include "tests/drydock_test.h"

// A service that makes its user clients itself, as some drivers do.
class OpeningService : public IOService {
  OSDeclareDefaultStructors(OpeningService)

 public:
  IOReturn newUserClient(task_t task, void* token, UInt32 type, IOUserClient** handler) override {
    if (type == 99) return kIOReturnNotPermitted;
    auto* client = OSTypeAlloc(TestUserClient);
    if (!client->initWithTask(task, token, type) || !client->attach(this)) {
      client->release();
      return kIOReturnError;
    }
    if (!client->start(this)) {
      client->detach(this);
      client->release();
      return kIOReturnError;
    }
    *handler = client;
    return kIOReturnSuccess;
  }
};

OSDefineMetaClassAndStructors(OpeningService, IOService)

namespace drydock::testing {
namespace {

using ::testing::Contains;
using ::testing::Not;

// --- Opening.

DRYDOCK_TEST(IOUserClient, UC1WithoutAnythingToOpenItIsUnsupported) {
  World w(nullptr);
  w.program.Run([&] { EXPECT_EQ(w.OpenFails(), kIOReturnUnsupported); });
  EXPECT_EQ(w.nub->getClient(), nullptr);
}

DRYDOCK_TEST(IOUserClient, UC2UnknownClassesAndOthersAreRefused) {
  World w("NoSuchUserClient");
  w.program.Run([&] {
    EXPECT_EQ(w.OpenFails(), kIOReturnNoMemory);
    w.nub->setProperty(kIOUserClientClassKey, "IOService");
    EXPECT_EQ(w.OpenFails(), kIOReturnUnsupported);
    w.nub->setProperty(kIOUserClientClassKey, true);  // not even a name
    EXPECT_EQ(w.OpenFails(), kIOReturnUnsupported);
  });
}

DRYDOCK_TEST(IOUserClient, UC3InitAndStartMayRefuse) {
  World w;
  w.program.Run([&] {
    EXPECT_EQ(w.OpenFails(kRefuseInit), kIOReturnBadArgument);
    EXPECT_EQ(w.OpenFails(kRefuseStart), kIOReturnUnsupported);
  });
  EXPECT_EQ(w.nub->getClient(), nullptr);  // detached again
  EXPECT_FALSE(script->stopped);
  EXPECT_EQ(script->closes, 0);
}

DRYDOCK_TEST(IOUserClient, AServiceMayMakeItsUserClientsItself) {
  World w(nullptr);
  const auto opening = Owned(OSTypeAlloc(OpeningService));
  opening->init(nullptr);
  EXPECT_TRUE(opening->attach(w.platform.service()));
  opening->registerService(kIOServiceSynchronous);
  w.program.Run([&] {
    const io_service_t service =
        IOServiceGetMatchingService(kIOMainPortDefault, IOServiceMatching("OpeningService"));
    io_connect_t connection = IO_OBJECT_NULL;
    EXPECT_EQ(IOServiceOpen(service, mach_task_self(), 99, &connection), kIOReturnNotPermitted);
    EXPECT_EQ(IOServiceOpen(service, mach_task_self(), kRefuseStart, &connection), kIOReturnError);
    EXPECT_EQ(IOServiceOpen(service, mach_task_self(), kPlain, &connection), kIOReturnSuccess);
    const uint64_t input[] = {40, 2};
    uint64_t output = 0;
    uint32_t count = 1;
    EXPECT_EQ(IOConnectCallScalarMethod(connection, kAdd, input, 2, &output, &count),
              kIOReturnSuccess);
    EXPECT_EQ(output, 42u);
    EXPECT_EQ(IOServiceClose(connection), kIOReturnSuccess);
  });
  EXPECT_EQ(opening->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  EXPECT_EQ(opening->getClient(), nullptr);
}

DRYDOCK_TEST(IOUserClient, TheOpenClientIsAClientInTheRegistry) {
  World w;
  w.program.Run([&] {
    const io_connect_t connection = w.Open();
    EXPECT_NE(w.client(), nullptr);
    const auto creator = Owned(w.client()->copyProperty(kIOUserClientCreatorKey));
    const OSString* text = OSDynamicCast(OSString, creator.get());
    EXPECT_TRUE(text != nullptr && text->isEqualTo("pid 1, program"));
    EXPECT_EQ(IOServiceClose(connection), kIOReturnSuccess);
    mach_timespec_t wait = {1, 0};
    const io_service_t service = w.Find();
    EXPECT_EQ(IOServiceWaitQuiet(service, &wait), kIOReturnSuccess);
    IOObjectRelease(service);
  });
  EXPECT_EQ(w.nub->getClient(), nullptr);
  EXPECT_EQ(script->closes, 1);
  EXPECT_TRUE(script->stopped);
}

DRYDOCK_TEST(IOUserClient, TD36TerminationWaitsForAnOpenInProgress) {
  World w;
  const OSSharedPtr<IOService> keep = w.nub;
  script->start_takes = kernel::kMillisecond;
  kernel::Thread* opener = w.program.Start("opener", [&] {
    const io_service_t service = w.Find();
    if (service == IO_OBJECT_NULL) return;
    io_connect_t connection = IO_OBJECT_NULL;
    const IOReturn result = IOServiceOpen(service, mach_task_self(), kPlain, &connection);
    // The service cannot be opened any more, or is open to a client that is being terminated.
    if (result == kIOReturnSuccess) {
      EXPECT_EQ(Simple(connection, kAdd), MACH_SEND_INVALID_DEST);
    } else {
      EXPECT_TRUE(result == kIOReturnUnsupported || result == MACH_SEND_INVALID_DEST) << result;
    }
  });
  while (w.nub->getClient() == nullptr && !kernel::ThreadIsBlocked(opener)) {
    kernel::Sleep(kernel::kMicrosecond);
  }
  w.nub->terminate();
  if (w.client() != nullptr) {
    kernel::Sleep(100 * kernel::kMicrosecond);
    EXPECT_THAT(w.journal, Not(Contains("Nub.finalize in Nub")));  // it waits
    EXPECT_FALSE(script->stopped);
  }
  kernel::ThreadJoin(opener);
  EXPECT_EQ(w.nub->waitQuiet(kernel::kSecond), kIOReturnSuccess);
}

// --- The end.

DRYDOCK_TEST(IOUserClient, UC9AfterTheProvidersEndCallsFailAtThePort) {
  World w;
  w.program.Run([&] {
    const io_connect_t connection = w.Open();
    w.nub->terminate();
    const uint64_t input[] = {1, 2};
    uint64_t output;
    uint32_t count = 1;
    EXPECT_EQ(IOConnectCallScalarMethod(connection, kAdd, input, 2, &output, &count),
              MACH_SEND_INVALID_DEST);
    EXPECT_EQ(script->calls, 0);
    EXPECT_EQ(IOServiceClose(connection), MACH_SEND_INVALID_DEST);
    EXPECT_EQ(script->closes, 0);
  });
}

DRYDOCK_TEST(IOUserClient, TD31ACallInsideHoldsTheClientsEndAndNobodyElses) {
  World w;
  const OSSharedPtr<IOService> keep = w.nub;
  w.program.Run([&] {
    const io_connect_t connection = w.Open();
    kernel::Thread* caller = w.program.Start("caller", [connection] {
      EXPECT_EQ(Simple(connection, kBlock), kIOReturnSuccess);  // not aborted
    });
    script->WaitUntilInside(1);
    w.nub->terminate();
    RecordingService* other = RecordingService::Make("Other", w.platform.service(), &w.journal);
    const OSSharedPtr<IOService> keep(other, OSRetain);
    other->terminate();
    EXPECT_EQ(other->waitQuiet(kernel::kSecond), kIOReturnSuccess);
    EXPECT_FALSE(script->stopped);
    EXPECT_EQ(w.nub->waitQuiet(kernel::kMillisecond), kIOReturnTimeout);
    EXPECT_EQ(Simple(connection, kBlock), MACH_SEND_INVALID_DEST);
    script->LetGo();
    kernel::ThreadJoin(caller);
    EXPECT_EQ(w.nub->waitQuiet(kernel::kSecond), kIOReturnSuccess);
    EXPECT_TRUE(script->stopped);
  });
}

DRYDOCK_TEST(IOUserClient, UC10WithLiveMappingsCallsAreBadArguments) {
  World w;
  w.program.Run([&] {
    const io_connect_t connection = w.Open();
    mach_vm_address_t address = 0;
    mach_vm_size_t size = 0;
    EXPECT_EQ(IOConnectMapMemory64(connection, 1, mach_task_self(), &address, &size, 0),
              kIOReturnUnsupported);
    EXPECT_EQ(IOConnectMapMemory64(connection, 0, mach_task_self(), &address, &size, 0),
              kIOReturnSuccess);
    EXPECT_EQ(size, 64u);
    w.nub->terminate();
    const uint64_t input[] = {1, 2};
    uint64_t output;
    uint32_t count = 1;
    EXPECT_EQ(IOConnectCallScalarMethod(connection, kAdd, input, 2, &output, &count),
              kIOReturnBadArgument);
    EXPECT_EQ(script->calls, 0);
    // The memory stays.
    *reinterpret_cast<uint8_t*>(address) = 1;
  });
}

DRYDOCK_TEST(IOUserClient, UnmappedMemoryCountsNoLonger) {
  World w;
  w.program.Run([&] {
    const io_connect_t connection = w.Open();
    mach_vm_address_t address = 0;
    mach_vm_size_t size = 0;
    EXPECT_EQ(IOConnectMapMemory64(connection, 0, mach_task_self(), &address, &size, 0),
              kIOReturnSuccess);
    EXPECT_EQ(IOConnectUnmapMemory64(connection, 0, mach_task_self(), address), kIOReturnSuccess);
    EXPECT_EQ(IOConnectUnmapMemory64(connection, 0, mach_task_self(), address),
              kIOReturnBadArgument);
    w.nub->terminate();
    EXPECT_EQ(Simple(connection, kAdd), MACH_SEND_INVALID_DEST);
  });
}

DRYDOCK_TEST(IOUserClient, UC11ClosedTwiceItIsClosedOnce) {
  World w;
  script->close_ends = false;
  w.program.Run([&] {
    const io_connect_t connection = w.Open();
    kernel::Thread* other =
        w.program.Start("other", [connection] { io_service_close(connection); });
    io_service_close(connection);
    kernel::ThreadJoin(other);
    EXPECT_EQ(script->closes, 1);
    mach_port_deallocate(mach_task_self(), connection);  // the last right: clientDied
    EXPECT_EQ(script->closes, 1);
  });
}

DRYDOCK_TEST(IOUserClient, UC11TheDeathOfItsTaskClosesIt) {
  World w;
  UserTask mortal({.name = "mortal"});
  mortal.Run([&] { w.Open(); });
  EXPECT_EQ(script->closes, 0);
  mortal.Kill();
  EXPECT_EQ(script->closes, 1);
  EXPECT_EQ(w.nub->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  EXPECT_EQ(w.nub->getClient(), nullptr);
  EXPECT_FALSE(w.nub->isInactive());
}

DRYDOCK_TEST(IOUserClient, ATaskMayDieInACall) {
  World w;
  UserTask mortal({.name = "mortal"});
  mortal.Start("caller", [&] {
    const io_connect_t connection = w.Open();
    EXPECT_EQ(Simple(connection, kBlock), kIOReturnSuccess);
    EXPECT_EQ(Simple(connection, kAdd), MACH_SEND_INVALID_DEST);  // no right to it any more
  });
  script->WaitUntilInside(1);
  mortal.Kill();
  EXPECT_EQ(script->closes, 1);
  EXPECT_FALSE(script->stopped);
  script->LetGo();
}

// --- All at once.

DRYDOCK_TEST(IOUserClient, UnplugAgainstEverythingAProgramDoes) {
  World w;
  script->let_go = true;
  for (int i = 0; i < 3; ++i) {
    w.program.Start("client", [&] {
      for (;;) {
        const io_service_t service = w.Find();
        if (service == IO_OBJECT_NULL) return;
        io_connect_t connection = IO_OBJECT_NULL;
        const IOReturn opened = IOServiceOpen(service, mach_task_self(), kPlain, &connection);
        IOObjectRelease(service);
        if (opened != kIOReturnSuccess) return;
        const IOReturn called = Simple(connection, kBlock);
        EXPECT_TRUE(called == kIOReturnSuccess || called == MACH_SEND_INVALID_DEST);
        IOServiceClose(connection);
      }
    });
  }
  kernel::Sleep(20 * kernel::kMicrosecond);
  w.nub->terminate();
  EXPECT_EQ(w.nub->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  EXPECT_EQ(w.nub->getClient(), nullptr);
}

}  // namespace
}  // namespace drydock::testing
