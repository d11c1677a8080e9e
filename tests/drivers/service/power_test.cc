// Power states: which calls change them, on which thread, in which order. (service.md 3.11)
#include <string>

#include <IOKit/IOService.h>
#include <IOKit/pwr_mgt/IOPMpowerState.h>
#include <IOKit/pwr_mgt/RootDomain.h>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drivers/service/service_fixture.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

using drydock::kernel::kMillisecond;
using drydock::kernel::kSecond;

// A device under power management, which records the states it is brought into.
class PowerDevice : public IOService {
  OSDeclareDefaultStructors(PowerDevice)

 public:
  static PowerDevice* Make(const char* name, IOService* provider,
                           drydock::testing::Journal* lines) {
    auto* device = new PowerDevice;
    device->lines = lines;
    EXPECT_TRUE(device->init(nullptr));
    device->setName(name);
    EXPECT_TRUE(device->attach(provider));
    device->release();
    return device;
  }
  // The usual sequence of start.
  IOReturn Join() {
    static IOPMPowerState states[] = {
        {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {1, kIOPMDeviceUsable, kIOPMPowerOn, kIOPMPowerOn, 0, 0, 0, 0, 0, 0, 0, 0}};
    PMinit();
    getProvider()->joinPMtree(this);
    return registerPowerDriver(this, states, 2);
  }
  void stop(IOService* provider) override {
    if (!forgets) PMstop();
    IOService::stop(provider);
  }
  IOReturn setPowerState(unsigned long state, IOService* what) override {
    EXPECT_EQ(what, this);
    EXPECT_FALSE(getWorkLoop()->inGate());
    thread = drydock::kernel::CurrentThread();
    lines->push_back(absl::StrCat(getName(), " ", state));
    if (takes > 0) drydock::kernel::Sleep(takes);
    if (acknowledges) acknowledgeSetPowerState();
    done = true;
    return answer;
  }
  IOReturn powerStateWillChangeTo(IOPMPowerFlags flags, unsigned long, IOService* what) override {
    lines->push_back(absl::StrCat(getName(), " hears ", what->getName(), " will ", flags));
    return kIOPMAckImplied;
  }
  IOReturn powerStateDidChangeTo(IOPMPowerFlags flags, unsigned long, IOService* what) override {
    lines->push_back(absl::StrCat(getName(), " hears ", what->getName(), " did ", flags));
    return kIOPMAckImplied;
  }

  drydock::testing::Journal* lines;
  drydock::kernel::Thread* thread;
  drydock::kernel::Time takes;
  IOReturn answer;
  bool acknowledges;
  bool forgets;
  bool done;
};

OSDefineMetaClassAndStructors(PowerDevice, IOService)

namespace drydock::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Fixture {
  Journal lines;
  BootedPlatform platform;

  PowerDevice* Make(const char* name, IOService* provider = nullptr) {
    return PowerDevice::Make(name, provider != nullptr ? provider : platform.service(), &lines);
  }
};

DRYDOCK_TEST(Power, LC16RegisteringNeedsPMinitAndTwoStates) {
  Fixture b;
  PowerDevice* a = b.Make("A");
  IOPMPowerState states[2] = {};
  EXPECT_EQ(a->registerPowerDriver(a, states, 2), kIOPMNotYetInitialized);
  EXPECT_EQ(a->acknowledgeSetPowerState(), kIOPMNotYetInitialized);
  EXPECT_EQ(a->changePowerStateTo(1), kIOPMNotYetInitialized);
  a->PMinit();
  EXPECT_EQ(a->registerPowerDriver(a, states, 1), kIOReturnBadArgument);
  EXPECT_EQ(a->registerPowerDriver(a, nullptr, 2), kIOReturnBadArgument);
  states[1].version = 3;
  EXPECT_EQ(a->registerPowerDriver(a, states, 2), kIOReturnBadArgument);
  states[1].version = 1;
  EXPECT_EQ(a->registerPowerDriver(a, states, 2), IOPMNoErr);
  states[1].version = 1;
  EXPECT_EQ(a->registerPowerDriver(a, states, 2), IOPMNoErr);  // silently dropped
  kernel::Sleep(kMillisecond);
  EXPECT_THAT(b.lines, IsEmpty());  // not in the power plane
}

DRYDOCK_TEST(Power, TheDriverIsCalledForItsFirstStateOnAnotherThread) {
  Fixture b;
  PowerDevice* a = b.Make("A");
  EXPECT_EQ(a->Join(), IOPMNoErr);
  EXPECT_TRUE(a->inPlane(gIOPowerPlane));
  kernel::Sleep(kMillisecond);
  EXPECT_THAT(b.lines, ElementsAre("A 1"));
  EXPECT_NE(a->thread, kernel::CurrentThread());
  EXPECT_EQ(a->getPowerState(), 1u);
}

DRYDOCK_TEST(Power, LC17ALateAcknowledgementIsWaitedForTenSeconds) {
  Fixture b;
  PowerDevice* a = b.Make("A");
  a->answer = 1;
  const kernel::Time before = kernel::Now();
  a->Join();
  while (a->getProperty("IOPMTardyAckSetPowerState") == nullptr) kernel::Sleep(50 * kMillisecond);
  EXPECT_GE(kernel::Now() - before, 10 * kSecond);
  EXPECT_LE(kernel::Now() - before, 10 * kSecond + 200 * kMillisecond);
  kernel::Sleep(kMillisecond);
  EXPECT_EQ(a->getPowerState(), 1u);  // it goes on all the same
}

DRYDOCK_TEST(Power, AnAcknowledgementEndsTheWait) {
  Fixture b;
  PowerDevice* a = b.Make("A");
  a->answer = 2'000'000;
  a->Join();
  kernel::Sleep(kSecond);
  EXPECT_EQ(a->getPowerState(), 0u);
  a->acknowledgeSetPowerState();
  kernel::Sleep(kMillisecond);
  EXPECT_EQ(a->getPowerState(), 1u);
  EXPECT_EQ(a->getProperty("IOPMTardyAckSetPowerState"), nullptr);
}

DRYDOCK_TEST(Power, LC18AcknowledgedInTheCallTheAnswerIsIgnored) {
  Fixture b;
  PowerDevice* a = b.Make("A");
  a->answer = 5'000'000;
  a->acknowledges = true;
  a->Join();
  kernel::Sleep(kMillisecond);
  EXPECT_EQ(a->getPowerState(), 1u);
}

DRYDOCK_TEST(Power, TheHigherOfTwoWishesCounts) {
  Fixture b;
  PowerDevice* a = b.Make("A");
  a->Join();
  kernel::Sleep(kMillisecond);
  a->changePowerStateTo(1);
  a->changePowerStateToPriv(0);
  kernel::Sleep(kMillisecond);
  EXPECT_EQ(a->getPowerState(), 1u);
  a->changePowerStateTo(0);
  kernel::Sleep(kMillisecond);
  EXPECT_EQ(a->getPowerState(), 0u);
  a->makeUsable();
  kernel::Sleep(kMillisecond);
  EXPECT_THAT(b.lines, ElementsAre("A 1", "A 0", "A 1"));
  EXPECT_EQ(a->changePowerStateTo(2), kIOPMParameterError);
}

DRYDOCK_TEST(Power, WhoIsInterestedIsToldBeforeAndAfter) {
  Fixture b;
  PowerDevice *a = b.Make("A"), *c = b.Make("C");
  a->Join();
  kernel::Sleep(kMillisecond);
  b.lines.clear();
  EXPECT_EQ(a->registerInterestedDriver(c), IOPMPowerFlags{kIOPMDeviceUsable});
  a->changePowerStateTo(0);
  kernel::Sleep(kMillisecond);
  EXPECT_THAT(b.lines, ElementsAre("C hears A will 0", "A 0", "C hears A did 0"));
  a->deRegisterInterestedDriver(c);
  a->makeUsable();
  kernel::Sleep(kMillisecond);
  EXPECT_EQ(b.lines.back(), "A 1");
}

DRYDOCK_TEST(Power, PMstopWaitsForARunningCall) {
  Fixture b;
  PowerDevice* a = b.Make("A");
  a->takes = 5 * kMillisecond;
  a->Join();
  kernel::Sleep(kMillisecond);
  EXPECT_FALSE(a->done);
  a->PMstop();
  EXPECT_TRUE(a->done);
  EXPECT_FALSE(a->inPlane(gIOPowerPlane));
  a->makeUsable();
  a->changePowerStateTo(0);
  kernel::Sleep(kMillisecond);
  EXPECT_THAT(b.lines, ElementsAre("A 1"));
}

DRYDOCK_TEST(Power, TerminationMeetsAPowerChangeAnywhere) {
  Fixture b;
  PowerDevice* a = b.Make("A");
  a->answer = 1;
  kernel::Thread* change = kernel::ThreadStart({.name = "power"}, [&] { a->Join(); });
  kernel::ThreadJoin(change);
  a->terminate();
  EXPECT_EQ(b.platform.service()->waitQuiet(kSecond), kIOReturnSuccess);
}

DRYDOCK_TEST(Power, GoingWithoutPMstopIsAFinding) {
  AllowFinding("pm-init-without-stop");
  Fixture b;
  PowerDevice* a = b.Make("A");
  a->forgets = true;
  a->Join();
  // A change of state that is under way would find it detached: that is what PMstop is for.
  WaitUntil([a] { return a->done; });
  a->terminate();
  EXPECT_EQ(b.platform.service()->waitQuiet(kSecond), kIOReturnSuccess);
}

DRYDOCK_TEST(Power, TheSystemSleepsFromTheLeavesAndWakesFromTheRoot) {
  Fixture b;
  PowerDevice* a = b.Make("A");
  PowerDevice* c = b.Make("C", a);
  a->Join();
  c->Join();
  kernel::Sleep(kMillisecond);
  b.lines.clear();
  IOPMrootDomain* root = a->getPMRootDomain();
  EXPECT_EQ(root->sleepSystem(), kIOReturnSuccess);
  EXPECT_THAT(b.lines, ElementsAre("C 0", "A 0"));
  a->makeUsable();  // not before it wakes
  EXPECT_EQ(root->wakeSystem(), kIOReturnSuccess);
  EXPECT_THAT(b.lines, ElementsAre("C 0", "A 0", "A 1", "C 1"));
}

}  // namespace
}  // namespace drydock::testing
