// tests/drivers/service/user_client_fixture.h
//
// A service that programs can open, a program, and a user client that does what a test says.
#ifndef DRYDOCK_TESTS_DRIVERS_SERVICE_USER_CLIENT_FIXTURE_H_
#define DRYDOCK_TESTS_DRIVERS_SERVICE_USER_CLIENT_FIXTURE_H_

#include <algorithm>
#include <cstdint>

#include <IOKit/IOBufferMemoryDescriptor.h>
#include <IOKit/IOLocks.h>
#include <IOKit/IOUserClient.h>

#include "drivers/client/IOKitLib.h"
#include "drivers/client/user_task.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drivers/service/service_fixture.h"

namespace drydock::testing {

// The calls on the user clients of this run, and what the clients do in them.
struct Script {
  IOLock* lock = IOLockAlloc();
  int closes = 0;
  int calls = 0;  // that reached a method
  int inside = 0;
  int most_inside = 0;
  bool stopped = false;    // a client was
  bool let_go = false;     // methods that block return
  bool close_ends = true;  // clientClose terminates
  kernel::Time start_takes = 0;
  OSAsyncReference64 reference = {};
  OSSharedPtr<IOBufferMemoryDescriptor> memory;

  ~Script() { IOLockFree(lock); }

  // A call stays inside until the script releases it.
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

extern Script* script;

// IOServiceOpen's type, as the client under test takes it.
enum : UInt32 { kPlain, kRefuseInit, kRefuseStart };

enum : uint32_t {
  kAdd,       // two scalars in, their sum out
  kNegate,    // any structure in, as large a one out
  kNothing,   // no function
  kBlock,     // blocks until the script releases it
  kRemember,  // keeps the asynchronous reference
  kMethods
};

}  // namespace drydock::testing

// Does what the script says.
class TestUserClient : public IOUserClient {
  OSDeclareDefaultStructors(TestUserClient)

 public:
  bool initWithTask(task_t task, void* token, UInt32 type) override;
  bool start(IOService* provider) override;
  void stop(IOService* provider) override;
  IOReturn clientClose() override;
  IOReturn externalMethod(uint32_t selector, IOExternalMethodArguments* arguments,
                          IOExternalMethodDispatch* dispatch, OSObject* target,
                          void* reference) override;
  IOService* getService() override { return getProvider(); }
  IOReturn registerNotificationPort(mach_port_t port, UInt32 type, UInt32 reference) override;
  IOReturn setProperties(OSObject* properties) override;
  IOReturn clientMemoryForType(UInt32 type, IOOptionBits* options,
                               IOMemoryDescriptor** memory) override;

 private:
  static const IOExternalMethodDispatch kDispatch[];

  static IOReturn add(OSObject* target, void*, IOExternalMethodArguments* arguments);
  static IOReturn negate(OSObject* target, void*, IOExternalMethodArguments* arguments);
  static IOReturn block(OSObject* target, void*, IOExternalMethodArguments* arguments);
  static IOReturn remember(OSObject* target, void*, IOExternalMethodArguments* arguments);

  UInt32 type_;
  bool stopped_;
};

namespace drydock::testing {

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

// A call without arguments.
IOReturn Simple(io_connect_t connection, uint32_t selector);

// An asynchronous call, whose result comes to the callback by way of the port.
IOReturn CallAsync(io_connect_t connection, uint32_t selector, mach_port_t port,
                   void (*callback)(void*, IOReturn), void* refcon);

// Two threads of the program make the call at once, and `expected` of them are inside it then.
void TwoCallsAtOnce(World* w, uint32_t selector, int expected);

}  // namespace drydock::testing

#endif  // DRYDOCK_TESTS_DRIVERS_SERVICE_USER_CLIENT_FIXTURE_H_
