// Interrupts from the line to the handlers of all devices that share it. (workloop.md 5.3 to 5.5)
#include <string>

#include <IOKit/IOFilterInterruptEventSource.h>
#include <IOKit/IOInterruptController.h>
#include <IOKit/IOWorkLoop.h>

#include "drivers/service/platform.h"
#include "gtest/gtest.h"
#include "libkern/kernel_heap.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/outside.h"
#include "scheduler/kernel/thread.h"
#include "tests/drivers/service/service_fixture.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

// A controller of one vector with all nubs' sources on it, and nothing behind it.
class OneVectorController : public IOInterruptController {
  OSDeclareDefaultStructors(OneVectorController)

 public:
  static OneVectorController* Make(bool shareable) {
    OneVectorController* controller = OSTypeAlloc(OneVectorController);
    controller->init(nullptr);
    controller->shareable_ = shareable;
    controller->vectors = &controller->vector_;
    controller->vectorCount = 1;
    return controller;
  }
  void free() override {
    OSSafeReleaseNULL(vector_.sharedController);
    IOInterruptController::free();
  }
  bool vectorCanBeShared(IOInterruptVectorNumber, IOInterruptVector*) override {
    return shareable_;
  }
  IOInterruptVectorNumber vectorOf(IOService*, int) override { return 0; }

 private:
  IOInterruptVector vector_;
  bool shareable_;
};
OSDefineMetaClassAndStructors(OneVectorController, IOInterruptController)

namespace drydock::testing {
namespace {

using kernel::kMicrosecond;
using kernel::kMillisecond;

constexpr int kLine = 40;

void Settle() { kernel::Sleep(kMillisecond); }

IOService* MakeNub(IOService* provider) {
  IOService* nub = OSTypeAlloc(IOService);
  nub->init(nullptr);
  EXPECT_TRUE(nub->attach(provider));
  nub->release();
  return nub;
}

// A nub whose last interrupt is on the line, and a handler for that which lowers the line.
struct Client {
  IOService* nub;
  int source;
  std::string* log;
  char letter;

  Client(IOService* provider, std::string* log, char letter, int source = 0)
      : nub(MakeNub(provider)), source(source), log(log), letter(letter) {
    for (int i = 0; i < source; ++i) AddInterrupt(nub, kLine + 1 + i);
    AddInterrupt(nub, kLine);
  }
  static void Handle(OSObject*, void* refcon, IOService* nub, int source) {
    auto* self = static_cast<Client*>(refcon);
    EXPECT_EQ(nub, self->nub);
    EXPECT_EQ(source, self->source);
    *self->log += self->letter;
    kernel::InterruptLower(kLine);
  }
  void Register() {
    EXPECT_EQ(nub->registerInterrupt(source, nullptr, &Handle, this), kIOReturnSuccess);
  }
  void Unregister() { EXPECT_EQ(nub->unregisterInterrupt(source), kIOReturnSuccess); }
  void Enable() { EXPECT_EQ(nub->enableInterrupt(source), kIOReturnSuccess); }
  void Disable() { EXPECT_EQ(nub->disableInterrupt(source), kIOReturnSuccess); }
};

void Raise() {
  kernel::InterruptRaise(kLine);
  Settle();
}

DRYDOCK_TEST(IOInterruptController, IN18SecondRegistrationNeedsAVectorThatCanBeShared) {
  BootedPlatform platform;
  for (const bool shareable : {false, true}) {
    OneVectorController* controller = OneVectorController::Make(shareable);
    IOService* nub = platform.service();
    EXPECT_EQ(controller->registerInterrupt(nub, 0, nullptr, &Client::Handle, nullptr),
              kIOReturnSuccess);
    EXPECT_EQ(controller->registerInterrupt(nub, 1, nullptr, &Client::Handle, nullptr),
              shareable ? kIOReturnSuccess : kIOReturnNoResources);
    for (int source = 0; source < 2; ++source) {
      EXPECT_EQ(controller->unregisterInterrupt(nub, source), kIOReturnSuccess);
    }
    controller->release();
  }
}

DRYDOCK_TEST_ON(IOInterruptController, SharedVectorHas128Clients, MachineOptions{.cpus = 1}) {
  BootedPlatform platform;
  OneVectorController* controller = OneVectorController::Make(/*shareable=*/true);
  IOService* nub = platform.service();
  for (int source = 0; source < 128; ++source) {
    ASSERT_EQ(controller->registerInterrupt(nub, source, nullptr, &Client::Handle, nullptr),
              kIOReturnSuccess);
  }
  EXPECT_EQ(controller->registerInterrupt(nub, 128, nullptr, &Client::Handle, nullptr),
            kIOReturnNoResources);
  // One leaves, another takes its place.
  EXPECT_EQ(controller->unregisterInterrupt(nub, 5), kIOReturnSuccess);
  EXPECT_EQ(controller->registerInterrupt(nub, 128, nullptr, &Client::Handle, nullptr),
            kIOReturnSuccess);
  controller->release();
}

DRYDOCK_TEST(IOInterruptController, IN19IndexBeyondTheNubsSources) {
  BootedPlatform platform;
  std::string log;
  Client client(platform.service(), &log, '1');
  IOService* bare = MakeNub(platform.service());
  int type;
  for (const int index : {-1, 1}) {
    EXPECT_EQ(client.nub->registerInterrupt(index, nullptr, &Client::Handle), kIOReturnNoInterrupt);
    EXPECT_EQ(client.nub->getInterruptType(index, &type), kIOReturnNoInterrupt);
  }
  EXPECT_EQ(bare->registerInterrupt(0, nullptr, &Client::Handle), kIOReturnNoResources);
  EXPECT_EQ(bare->enableInterrupt(0), kIOReturnNoInterrupt);
  EXPECT_EQ(bare->disableInterrupt(0), kIOReturnNoInterrupt);
  EXPECT_EQ(bare->unregisterInterrupt(0), kIOReturnNoInterrupt);
  const auto action = [](OSObject*, IOInterruptEventSource*, int) {};
  EXPECT_EQ(IOInterruptEventSource::interruptEventSource(bare, action, client.nub, 1), nullptr);
  EXPECT_EQ(IOInterruptEventSource::interruptEventSource(bare, action, bare, 0), nullptr);
}

// A slow handler, which checks that its interrupt is still registered.
struct SlowHandler {
  bool running = false;
  bool disables_itself = false;
  IOService* nub = nullptr;

  static void Handle(OSObject*, void* refcon, IOService*, int) {
    auto* self = static_cast<SlowHandler*>(refcon);
    self->running = true;
    kernel::InterruptLower(kLine);
    for (int i = 0; i < 10; ++i) kernel::Delay(5 * kMicrosecond);
    if (self->disables_itself) self->nub->disableInterrupt(0);
    self->running = false;
  }
};

DRYDOCK_TEST(IOInterruptController, IN20DisableWaitsForTheHandler) {
  BootedPlatform platform;
  SlowHandler handler;
  IOService* nub = MakeNub(platform.service());
  AddInterrupt(nub, kLine);
  nub->registerInterrupt(0, nullptr, &SlowHandler::Handle, &handler);
  nub->enableInterrupt(0);
  kernel::InterruptRaise(kLine);
  for (int i = 0; i < 100 && !handler.running; ++i) kernel::Delay(kMicrosecond);
  nub->disableInterrupt(0);
  EXPECT_FALSE(handler.running);
  nub->unregisterInterrupt(0);
}

DRYDOCK_TEST(IOInterruptController, IN20DisableInTheHandlerReturnsAtOnce) {
  BootedPlatform platform;
  SlowHandler handler{.disables_itself = true};
  IOService* nub = handler.nub = MakeNub(platform.service());
  AddInterrupt(nub, kLine);
  nub->registerInterrupt(0, nullptr, &SlowHandler::Handle, &handler);
  nub->enableInterrupt(0);
  Raise();
  EXPECT_FALSE(handler.running);
  EXPECT_TRUE(kernel::InterruptIsMasked(kLine));
  nub->unregisterInterrupt(0);
}

DRYDOCK_TEST(IOInterruptController, IN21ClientThatIsNotEnabledTakesTheLineDown) {
  EventCount advice(trace::EventKind::kAdvice);
  BootedPlatform platform;
  std::string log;
  Client first(platform.service(), &log, '1'), second(platform.service(), &log, '2');
  first.Register();
  first.Enable();
  Raise();
  EXPECT_EQ(log, "1");
  second.Register();  // does not mask the line
  EXPECT_FALSE(kernel::InterruptIsMasked(kLine));
  EXPECT_EQ(advice.count(), 0);
  Raise();
  EXPECT_EQ(log, "11");
  EXPECT_TRUE(kernel::InterruptIsMasked(kLine));
  EXPECT_EQ(advice.count(), 1);
  EXPECT_STREQ(advice.last().name, "shared-line-starved");
  Raise();
  EXPECT_EQ(log, "11");
  second.Unregister();  // without the disabled client the line is unmasked
  EXPECT_FALSE(kernel::InterruptIsMasked(kLine));
  Settle();
  EXPECT_EQ(log, "111");
  first.Unregister();
}

DRYDOCK_TEST(IOInterruptController, IN22EnablingTheLaggardBringsTheLineBack) {
  BootedPlatform platform;
  std::string log;
  Client first(platform.service(), &log, '1'), second(platform.service(), &log, '2');
  first.Register();
  first.Enable();
  second.Register();
  Raise();
  EXPECT_EQ(log, "1");
  second.Enable();
  EXPECT_FALSE(kernel::InterruptIsMasked(kLine));
  Raise();
  EXPECT_EQ(log, "112");
  first.Unregister();
  second.Unregister();
}

DRYDOCK_TEST(IOInterruptController, IN23ClientThatDisablesStarvesTheOther) {
  EventCount advice(trace::EventKind::kAdvice);
  BootedPlatform platform;
  std::string log;
  Client first(platform.service(), &log, '1'), second(platform.service(), &log, '2');
  for (Client* client : {&first, &second}) {
    client->Register();
    client->Enable();
  }
  first.Disable();  // nothing happens to the line yet
  EXPECT_FALSE(kernel::InterruptIsMasked(kLine));
  Raise();
  EXPECT_EQ(log, "2");
  EXPECT_TRUE(kernel::InterruptIsMasked(kLine));
  EXPECT_EQ(advice.count(), 1);
  Raise();
  EXPECT_EQ(log, "2");
  first.Enable();
  Settle();
  EXPECT_EQ(log, "212");
  first.Disable();
  Raise();
  Raise();
  EXPECT_EQ(log, "2122");
  first.Unregister();
  Settle();
  EXPECT_EQ(log, "21222");
  second.Unregister();
}

DRYDOCK_TEST(IOInterruptController, IN24AllHandlersAreCalledInSlotOrder) {
  BootedPlatform platform;
  std::string log;
  Client clients[] = {{platform.service(), &log, 'a'},
                      {platform.service(), &log, 'b'},
                      {platform.service(), &log, 'c'},
                      {platform.service(), &log, 'd'}};
  for (int i = 0; i < 3; ++i) clients[i].Register();
  for (int i = 2; i >= 0; --i) clients[i].Enable();  // the order of enabling does not matter
  Raise();
  EXPECT_EQ(log, "abc");
  // The next to register takes the slot that came free.
  clients[1].Unregister();
  clients[3].Register();
  clients[3].Enable();
  log.clear();
  Raise();
  EXPECT_EQ(log, "adc");
  for (const int i : {0, 2, 3}) clients[i].Unregister();
}

// A nub whose handler asks a filter whether the interrupt is its own.
struct Filterer {
  IOWorkLoop* loop;
  IOFilterInterruptEventSource* source;

  Filterer(IOService* nub, bool* mine) : loop(IOWorkLoop::workLoop()) {
    static bool* answer;
    answer = mine;
    source = IOFilterInterruptEventSource::filterInterruptEventSource(
        nub, [](OSObject*, IOInterruptEventSource*, int) {},
        [](OSObject*, IOFilterInterruptEventSource*) {
          kernel::InterruptLower(kLine);
          return *answer;
        },
        nub, 0);
    EXPECT_EQ(loop->addEventSource(source), kIOReturnSuccess);
    source->enable();
  }
  ~Filterer() {
    source->disable();
    loop->removeEventSource(source);
    source->release();
    loop->release();
  }
};

DRYDOCK_TEST(IOInterruptController, SpuriousInterruptIsOneThatEveryFilterDeclines) {
  BootedPlatform platform;
  Findings findings;
  IOService* nubs[] = {MakeNub(platform.service()), MakeNub(platform.service())};
  for (IOService* nub : nubs) AddInterrupt(nub, kLine);
  bool mine = false;
  const Filterer one(nubs[0], &mine);
  Raise();
  EXPECT_EQ(findings.Advice("spurious-interrupt"), 1);
  mine = true;
  Raise();
  EXPECT_EQ(findings.Advice("spurious-interrupt"), 1);

  mine = false;
  const Filterer two(nubs[1], &mine);
  Raise();
  EXPECT_EQ(findings.Advice("spurious-interrupt"), 2);
}

// A handler that is no filter cannot tell whether the interrupt is its own.
DRYDOCK_TEST(IOInterruptController, InterruptThatAHandlerMayHaveWantedIsNotSpurious) {
  BootedPlatform platform;
  Findings findings;
  std::string log;
  Client client(platform.service(), &log, '1');
  client.Register();
  client.Enable();
  IOService* nub = MakeNub(platform.service());
  AddInterrupt(nub, kLine);
  bool mine = false;
  {
    const Filterer filterer(nub, &mine);
    Raise();
    EXPECT_EQ(log, "1");
    EXPECT_EQ(findings.Advice("spurious-interrupt"), 0);
  }
  client.Unregister();
}

DRYDOCK_TEST(IOInterruptController, EnabledFirstClientStaysEnabledWhenTheVectorIsShared) {
  BootedPlatform platform;
  std::string log;
  Client first(platform.service(), &log, '1', /*source=*/1), second(platform.service(), &log, '2');
  first.Register();
  first.Enable();
  second.Register();
  second.Enable();
  Raise();
  EXPECT_EQ(log, "12");
  first.Unregister();
  second.Unregister();
}

DRYDOCK_TEST(IOInterruptController, DisabledFirstClientStaysDisabledWhenTheVectorIsShared) {
  BootedPlatform platform;
  std::string log;
  Client first(platform.service(), &log, '1'), second(platform.service(), &log, '2');
  first.Register();
  second.Register();
  second.Enable();
  Raise();
  EXPECT_EQ(log, "");
  first.Enable();
  Settle();
  EXPECT_EQ(log, "12");
  first.Unregister();
  second.Unregister();
}

// An interrupt that finds its vector disabled masks the line, while a thread enables the vector.
DRYDOCK_TEST(IOInterruptController, EnableIsNotUndoneByAnInterruptThatMasksTheLine) {
  BootedPlatform platform;
  std::string log;
  Client client(platform.service(), &log, '1');
  client.Register();
  client.Enable();
  for (int i = 0; i < 10; ++i) {
    client.Disable();
    kernel::OutsideSchedule(
        kernel::Now() + 2 * kMicrosecond, "raises the line", 0,
        [](void*) { kernel::InterruptRaise(kLine); }, nullptr);
    for (int pause = 0; pause < 4; ++pause) kernel::Delay(kMicrosecond);
    client.Enable();
    Settle();
    EXPECT_FALSE(kernel::InterruptIsMasked(kLine));
    EXPECT_EQ(log, "1");
    log.clear();
  }
  client.Unregister();
}

// A device on a shared level line: requests service from time to time, and keeps the line raised
// until it is served.
struct Device {
  static inline int wanting = 0;  // devices that hold the line up

  bool wants = false;
  int served = 0;
  IOService* nub;
  IOWorkLoop* loop = IOWorkLoop::workLoop();
  IOFilterInterruptEventSource* source;

  explicit Device(IOService* provider) : nub(MakeNub(provider)) {
    AddInterrupt(nub, kLine);
    source = IOFilterInterruptEventSource::filterInterruptEventSource(
        nub,
        [](OSObject*, IOInterruptEventSource* sender, int) {
          static_cast<Device*>(sender->getRefcon())->Serve();
        },
        [](OSObject*, IOFilterInterruptEventSource* sender) {
          return static_cast<Device*>(sender->getRefcon())->wants;
        },
        nub);
    source->setRefcon(this);
    loop->addEventSource(source);
    source->enable();
  }
  ~Device() {
    loop->removeEventSource(source);
    source->release();
    ReleaseAndJoin(loop);
  }
  static void Want(void* device) {
    auto* self = static_cast<Device*>(device);
    if (self->wants) return;
    self->wants = true;
    ++wanting;
    Drive();
  }
  void Serve() {
    if (!wants) return;
    wants = false;
    ++served;
    --wanting;
    Drive();
  }
  // Until the line agrees with the devices, which may change meanwhile.
  static void Drive() {
    bool up;
    do {
      up = wanting > 0;
      up ? kernel::InterruptRaise(kLine) : kernel::InterruptLower(kLine);
    } while (up != (wanting > 0));
  }
};

DRYDOCK_TEST(IOInterruptController, LevelClientsOfOneLineAreAllServed) {
  EventCount advice(trace::EventKind::kAdvice);
  BootedPlatform platform;
  Device::wanting = 0;
  {
    Device first(platform.service()), second(platform.service());
    for (kernel::Time i = 0; i < 8; ++i) {
      const kernel::Time start = kernel::Now() + 50 * kMicrosecond;
      kernel::OutsideSchedule(start + i * 13 * kMicrosecond, "wants", 0, &Device::Want, &first);
      kernel::OutsideSchedule(start + i * 17 * kMicrosecond, "wants", 0, &Device::Want, &second);
    }
    kernel::Sleep(kMillisecond);
    WaitUntil([&] { return !first.wants && !second.wants; });
    EXPECT_GE(first.served, 1);
    EXPECT_GE(second.served, 1);
  }
  EXPECT_EQ(advice.count(), 0);  // masking a level line until its action has run starves no device
}

}  // namespace
}  // namespace drydock::testing
