// User clients in the form of 2022: what their table allows, entitlements, locking.
// (service.md 5)
#include <IOKit/IOUserClient.h>

#include "drivers/client/IOKitLib.h"
#include "drivers/client/user_task.h"
#include "drivers/service/owned.h"
#include "gtest/gtest.h"
#include "tests/drivers/service/user_client_fixture.h"
#include "tests/drydock_test.h"

using drydock::testing::script;

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

DRYDOCK_TEST(IOUserClient, UC16TheFormOf2022MustDeclareItsLocking) {
  World w("ModernUserClient");
  w.program.Run([&] { EXPECT_EQ(w.OpenFails(), kIOReturnError); });
  EXPECT_EQ(script->closes, 1);
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

}  // namespace
}  // namespace drydock::testing
