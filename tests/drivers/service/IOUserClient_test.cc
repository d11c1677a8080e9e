// User clients: opening, calls, the end. (service.md, section 5)
#include <algorithm>
#include <cstring>

#include <IOKit/IOBufferMemoryDescriptor.h>
#include <IOKit/IOLocks.h>
#include <IOKit/IOUserClient.h>

#include "drivers/client/IOKitLib.h"
#include "drivers/client/user_task.h"
#include "drivers/service/owned.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libkern/kernel_heap.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drivers/service/service_fixture.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace drydock::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

// What is done to the user clients of the run in progress, and what they are to do.
struct Script {
  IOLock* lock = IOLockAlloc();
  int closes = 0;
  int calls = 0;  // that reached a method
  int inside = 0;
  int most_inside = 0;
  bool stopped = false;    // a client was
  bool let_go = false;     // methods that block go on
  bool close_ends = true;  // clientClose terminates
  kernel::Time start_takes = 0;
  OSAsyncReference64 reference = {};
  OSSharedPtr<IOBufferMemoryDescriptor> memory;

  ~Script() { IOLockFree(lock); }

  // A call that stays inside until it is let go.
  void Block() {
    IOLockLock(lock);
    most_inside = std::max(most_inside, ++inside);
    while (!let_go) IOLockSleep(lock, this, THREAD_UNINT);
    --inside;
    IOLockUnlock(lock);
  }
  void LetGo() {
    IOLockLock(lock);
    let_go = true;
    IOLockWakeup(lock, this, /*one_thread=*/false);
    IOLockUnlock(lock);
  }
  void WaitUntilInside(int count) {
    while (inside < count) kernel::Sleep(10 * kernel::kMicrosecond);
  }
};

Script* script;

// IOServiceOpen's type, as the client under test takes it.
enum : UInt32 { kPlain, kRefuseInit, kRefuseStart };

enum : uint32_t {
  kAdd,       // two scalars in, their sum out
  kNegate,    // any structure in, as large a one out
  kNothing,   // no function
  kBlock,     // until the script lets go
  kRemember,  // keeps the asynchronous reference
  kMethods
};

}  // namespace
}  // namespace drydock::testing

using drydock::testing::script;

class TestUserClient : public IOUserClient {
  OSDeclareDefaultStructors(TestUserClient)

 public:
  bool initWithTask(task_t task, void* token, UInt32 type) override {
    type_ = type;
    return IOUserClient::initWithTask(task, token, type) && type != drydock::testing::kRefuseInit;
  }
  bool start(IOService* provider) override {
    if (script->start_takes > 0) drydock::kernel::Sleep(script->start_takes);
    return IOUserClient::start(provider) && type_ != drydock::testing::kRefuseStart;
  }
  void stop(IOService* provider) override {
    script->stopped = stopped_ = true;
    IOUserClient::stop(provider);
  }
  IOReturn clientClose() override {
    ++script->closes;
    if (script->close_ends) terminate();
    return kIOReturnSuccess;
  }
  IOReturn externalMethod(uint32_t selector, IOExternalMethodArguments* arguments,
                          IOExternalMethodDispatch* dispatch, OSObject* target,
                          void* reference) override {
    EXPECT_FALSE(stopped_);
    if (selector < drydock::testing::kMethods) {
      dispatch = const_cast<IOExternalMethodDispatch*>(&kDispatch[selector]);
      target = this;
    }
    return IOUserClient::externalMethod(selector, arguments, dispatch, target, reference);
  }
  IOService* getService() override { return getProvider(); }
  IOReturn registerNotificationPort(mach_port_t port, UInt32 type, UInt32 reference) override {
    if (type != 7) return IOUserClient::registerNotificationPort(port, type, reference);
    setAsyncReference64(script->reference, port, 0, reference);
    return kIOReturnSuccess;
  }
  IOReturn setProperties(OSObject* properties) override {
    return properties == kOSBooleanTrue ? kIOReturnSuccess : kIOReturnBadArgument;
  }
  IOReturn clientMemoryForType(UInt32 type, IOOptionBits*, IOMemoryDescriptor** memory) override {
    if (type != 0) return kIOReturnUnsupported;
    if (script->memory == nullptr) {
      script->memory =
          drydock::Owned(IOBufferMemoryDescriptor::withCapacity(64, kIODirectionInOut));
    }
    *memory = script->memory.get();
    (*memory)->retain();
    return kIOReturnSuccess;
  }

 private:
  static const IOExternalMethodDispatch kDispatch[];

  static IOReturn add(OSObject*, void*, IOExternalMethodArguments* arguments) {
    ++script->calls;
    arguments->scalarOutput[0] = arguments->scalarInput[0] + arguments->scalarInput[1];
    return kIOReturnSuccess;
  }
  static IOReturn negate(OSObject*, void*, IOExternalMethodArguments* arguments) {
    ++script->calls;
    if (arguments->structureInputDescriptor != nullptr) {
      const IOByteCount length = arguments->structureInputDescriptor->getLength();
      for (IOByteCount i = 0; i < length; ++i) {
        uint8_t byte;
        arguments->structureInputDescriptor->readBytes(i, &byte, 1);
        byte = ~byte;
        arguments->structureOutputDescriptor->writeBytes(i, &byte, 1);
      }
      return kIOReturnSuccess;
    }
    const auto* in = static_cast<const uint8_t*>(arguments->structureInput);
    auto* out = static_cast<uint8_t*>(arguments->structureOutput);
    arguments->structureOutputSize = arguments->structureInputSize;
    for (uint32_t i = 0; i < arguments->structureInputSize; ++i) out[i] = ~in[i];
    return kIOReturnSuccess;
  }
  static IOReturn block(OSObject* target, void*, IOExternalMethodArguments*) {
    ++script->calls;
    script->Block();
    EXPECT_FALSE(static_cast<TestUserClient*>(target)->stopped_);
    return kIOReturnSuccess;
  }
  static IOReturn remember(OSObject*, void*, IOExternalMethodArguments* arguments) {
    ++script->calls;
    std::copy_n(arguments->asyncReference, arguments->asyncReferenceCount, script->reference);
    return kIOReturnSuccess;
  }

  UInt32 type_;
  bool stopped_;
};

OSDefineMetaClassAndStructors(TestUserClient, IOUserClient)

const IOExternalMethodDispatch TestUserClient::kDispatch[] = {
    {&TestUserClient::add, 2, 0, 1, 0},
    {&TestUserClient::negate, 0, kIOUCVariableStructureSize, 0, kIOUCVariableStructureSize},
    {nullptr, 1, 0, 0, 0},
    {&TestUserClient::block, 0, 0, 0, 0},
    {&TestUserClient::remember, 0, 0, 0, 0},
};

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

// Nothing but what must be there.
class BareUserClient : public IOUserClient {
  OSDeclareDefaultStructors(BareUserClient)
};

OSDefineMetaClassAndStructors(BareUserClient, IOUserClient)

class ModernUserClient : public IOUserClient2022 {
  OSDeclareDefaultStructors(ModernUserClient)

 public:
  enum : uint32_t { kPlain, kAsync, kEntitled, kMethods, kNoTable };

  bool start(IOService* provider) override {
    // What a provider's Info.plist would declare.
    if (provider->getProperty("declares") != nullptr) {
      setProperty(kIOUserClientDefaultLockingKey, true);
      setProperty(kIOUserClientDefaultLockingSetPropertiesKey, true);
      setProperty(kIOUserClientDefaultLockingSingleThreadExternalMethodKey,
                  provider->getProperty("single threaded") != nullptr);
    }
    if (OSObject* entitlement = provider->getProperty("entitlement")) {
      setProperty(kIOUserClientEntitlementsKey, entitlement);
    }
    return IOUserClient2022::start(provider);
  }
  IOReturn clientClose() override {
    ++script->closes;
    terminate();
    return kIOReturnSuccess;
  }
  IOReturn externalMethod(uint32_t selector, IOExternalMethodArgumentsOpaque* arguments) override {
    static const IOExternalMethodDispatch2022 kDispatch[] = {
        {&ModernUserClient::method, 0, 0, 0, 0, false, nullptr},
        {&ModernUserClient::method, 0, 0, 0, 0, true, nullptr},
        {&ModernUserClient::method, 0, 0, 0, 0, false, "com.apple.test"},
    };
    if (selector == kNoTable) {
      return dispatchExternalMethod(selector, arguments, nullptr, 0, this, nullptr);
    }
    return dispatchExternalMethod(selector, arguments, kDispatch, kMethods, this, nullptr);
  }

 private:
  static IOReturn method(OSObject*, void*, IOExternalMethodArguments*) {
    ++script->calls;
    if (!script->let_go) script->Block();
    return kIOReturnSuccess;
  }
};

OSDefineMetaClassAndStructors(ModernUserClient, IOUserClient2022)

namespace drydock::testing {
namespace {

// A published service that programs can open, and a program.
struct World {
  Script script_of_run;
  Journal journal;
  BootedPlatform platform;
  OSSharedPtr<RecordingService> nub{RecordingService::Make("Nub", platform.service(), &journal),
                                    OSRetain};
  UserTask program{{.name = "program"}};

  explicit World(const char* user_client_class = "TestUserClient") {
    script = &script_of_run;
    if (user_client_class != nullptr) nub->setProperty(kIOUserClientClassKey, user_client_class);
    nub->registerService(kIOServiceSynchronous);
    journal.clear();
  }
  ~World() { script->memory.reset(); }

  // On a thread of a program.
  io_service_t Find() const {
    return IOServiceGetMatchingService(kIOMainPortDefault, IOServiceMatching("RecordingService"));
  }
  io_connect_t Open(UInt32 type = kPlain) const {
    io_connect_t connection = IO_OBJECT_NULL;
    EXPECT_EQ(TryOpen(type, &connection), kIOReturnSuccess);
    return connection;
  }
  IOReturn TryOpen(UInt32 type, io_connect_t* connection) const {
    const io_service_t service = Find();
    EXPECT_NE(service, IO_OBJECT_NULL);
    const IOReturn result = IOServiceOpen(service, mach_task_self(), type, connection);
    IOObjectRelease(service);
    return result;
  }
  // Opens, and must fail.
  IOReturn OpenFails(UInt32 type = kPlain) const {
    io_connect_t connection = IO_OBJECT_NULL;
    const IOReturn result = TryOpen(type, &connection);
    EXPECT_EQ(connection, IO_OBJECT_NULL);
    return result;
  }
  // The nub's user client, not retained.
  IOUserClient* client() const { return OSDynamicCast(IOUserClient, nub->getClient()); }
};

IOReturn Simple(io_connect_t connection, uint32_t selector) {
  return IOConnectCallMethod(connection, selector, nullptr, 0, nullptr, 0, nullptr, nullptr,
                             nullptr, nullptr);
}

IOReturn CallAsync(io_connect_t connection, uint32_t selector, mach_port_t port,
                   void (*callback)(void*, IOReturn), void* refcon) {
  uint64_t reference[kIOAsyncCalloutCount] = {0, reinterpret_cast<uintptr_t>(callback),
                                              reinterpret_cast<uintptr_t>(refcon)};
  return IOConnectCallAsyncScalarMethod(connection, selector, port, reference, kIOAsyncCalloutCount,
                                        nullptr, 0, nullptr, nullptr);
}

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
    // Not to be opened any more, or open to a client that is on its way out.
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

// --- Calls.

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

DRYDOCK_TEST(IOUserClient, UC7TheTableOf2022SaysWhatIsAllowed) {
  World w("ModernUserClient");
  w.nub->setProperty("declares", true);
  script->let_go = true;
  w.program.Run([&] {
    const io_connect_t connection = w.Open();
    const mach_port_t port = mach_reply_port();
    EXPECT_EQ(Simple(connection, ModernUserClient::kPlain), kIOReturnSuccess);
    EXPECT_EQ(Simple(connection, 77), kIOReturnBadArgument);
    EXPECT_EQ(Simple(connection, ModernUserClient::kMethods), kIOReturnBadArgument);
    EXPECT_EQ(Simple(connection, ModernUserClient::kNoTable), kIOReturnError);
    EXPECT_EQ(script->calls, 1);
    EXPECT_EQ(CallAsync(connection, ModernUserClient::kPlain, port, nullptr, nullptr),
              kIOReturnBadArgument);
    EXPECT_EQ(CallAsync(connection, ModernUserClient::kAsync, port, nullptr, nullptr),
              kIOReturnSuccess);
    EXPECT_EQ(script->calls, 2);
  });
}

DRYDOCK_TEST(IOUserClient, UC8AnEntitlementOpensAMethod) {
  World w("ModernUserClient");
  w.nub->setProperty("declares", true);
  script->let_go = true;
  w.program.Run([&] {
    const io_connect_t connection = w.Open();
    EXPECT_EQ(Simple(connection, ModernUserClient::kEntitled), kIOReturnNotPrivileged);
    EXPECT_EQ(script->calls, 0);
  });
  const auto entitlements = Owned(OSDictionary::withCapacity(1));
  entitlements->setObject("com.apple.test", kOSBooleanTrue);
  UserTask entitled({.name = "entitled", .entitlements = entitlements.get()});
  entitled.Run([&] {
    const io_connect_t connection = w.Open();
    EXPECT_EQ(Simple(connection, ModernUserClient::kEntitled), kIOReturnSuccess);
  });
}

DRYDOCK_TEST(IOUserClient, AnEntitlementMayBeAskedForByTheOpen) {
  World w("ModernUserClient");
  w.nub->setProperty("declares", true);
  w.nub->setProperty("entitlement", "com.apple.test");
  w.program.Run([&] { EXPECT_EQ(w.OpenFails(), kIOReturnNotPrivileged); });
  EXPECT_EQ(script->closes, 1);  // what was started is closed again
  const auto entitlements = Owned(OSDictionary::withCapacity(1));
  entitlements->setObject("com.apple.test", kOSBooleanTrue);
  UserTask entitled({.name = "entitled", .entitlements = entitlements.get()});
  entitled.Run([&] { w.Open(); });
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

DRYDOCK_TEST(IOUserClient, UC16TheFormOf2022MustDeclareItsLocking) {
  World w("ModernUserClient");
  w.program.Run([&] { EXPECT_EQ(w.OpenFails(), kIOReturnError); });
  EXPECT_EQ(script->closes, 1);
}

void TwoCallsAtOnce(World* w, uint32_t selector, int expected) {
  w->program.Run([&] {
    const io_connect_t connection = w->Open();
    kernel::Thread* threads[2];
    for (kernel::Thread*& thread : threads) {
      thread = w->program.Start("caller", [connection, selector] {
        EXPECT_EQ(Simple(connection, selector), kIOReturnSuccess);
      });
    }
    script->WaitUntilInside(expected);
    kernel::Sleep(kernel::kMillisecond);
    EXPECT_FALSE(w->nub->loop->inGate());
    script->LetGo();
    for (kernel::Thread* thread : threads) kernel::ThreadJoin(thread);
    EXPECT_EQ(script->most_inside, expected);
  });
}

DRYDOCK_TEST(IOUserClient, UC17TwoThreadsMayBeInsideAtOnce) {
  World w;
  TwoCallsAtOnce(&w, kBlock, 2);
}

DRYDOCK_TEST(IOUserClient, UC17AlsoWithTheDefaultLocking) {
  World w("ModernUserClient");
  w.nub->setProperty("declares", true);
  TwoCallsAtOnce(&w, ModernUserClient::kPlain, 2);
}

DRYDOCK_TEST(IOUserClient, SingleThreadedClientsAreCalledOneByOne) {
  World w("ModernUserClient");
  w.nub->setProperty("declares", true);
  w.nub->setProperty("single threaded", true);
  TwoCallsAtOnce(&w, ModernUserClient::kPlain, 1);
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
    mach_port_deallocate(mach_task_self(), connection);  // nobody has it: clientDied
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

// --- Asynchronous results.

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

    // A program that let its port go hears nothing.
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
