// The platform: its service, its interrupt controller, boot and shutdown. (service.md 2.2)
#include "drivers/service/platform.h"

#include <IOKit/IOCatalogue.h>
#include <IOKit/IOWorkLoop.h>

#include "drivers/service/kext.h"
#include "drivers/service/notification.h"
#include "drivers/service/owned.h"
#include "drivers/service/power.h"
#include "drivers/service/registry.h"
#include "drivers/service/resources.h"
#include "drivers/service/terminate_thread.h"
#include "drivers/service/termination.h"
#include "libkern/kernel_heap.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/per_boot.h"
#include "scheduler/kernel/thread.h"

// The service above all others. Drivers without a work loop of their own or their provider's use
// its work loop. (service.md 2.2)
class DrydockPlatform : public IOService {
  OSDeclareDefaultStructors(DrydockPlatform)

 public:
  bool init(OSDictionary* properties) override {
    if (!IOService::init(properties)) return false;
    loop_ = IOWorkLoop::workLoop();
    return loop_ != nullptr;
  }
  void free() override {
    OSSafeReleaseNULL(loop_);
    IOService::free();
  }
  IOWorkLoop* getWorkLoop() const override { return loop_; }

 private:
  IOWorkLoop* loop_;
};

OSDefineMetaClassAndStructors(DrydockPlatform, IOService)

// The controller of all interrupt lines of the machine. Each line is a vector that can be shared,
// level-triggered as those of a bus.
class DrydockInterruptController : public IOInterruptController {
  OSDeclareDefaultStructors(DrydockInterruptController)

 public:
  bool init(OSDictionary* properties) override {
    if (!IOInterruptController::init(properties)) return false;
    vectorCount = drydock::kernel::kInterruptLines;
    vectors = static_cast<IOInterruptVector*>(drydock::HeapAllocate(
        drydock::BlockKind::kInternal, vectorCount * sizeof(IOInterruptVector), /*zero=*/true));
    return true;
  }
  void free() override {
    for (int line = 0; line < vectorCount; ++line) {
      OSSafeReleaseNULL(vectors[line].sharedController);
      if (installed_[line]) {
        drydock::kernel::InterruptInstall(line, drydock::kernel::Trigger::kLevel, nullptr, nullptr);
      }
    }
    drydock::HeapFree(vectors);
    IOInterruptController::free();
  }
  bool vectorCanBeShared(IOInterruptVectorNumber, IOInterruptVector*) override { return true; }
  int getVectorType(IOInterruptVectorNumber, IOInterruptVector*) override {
    return kIOInterruptTypeLevel;
  }
  void disableVectorHard(IOInterruptVectorNumber number, IOInterruptVector*) override {
    if (installed_[number]) drydock::kernel::InterruptMask(number);
  }
  void enableVector(IOInterruptVectorNumber number, IOInterruptVector*) override {
    if (!installed_[number]) {
      installed_[number] = true;
      drydock::kernel::InterruptInstall(
          number, drydock::kernel::Trigger::kLevel,
          [](void* controller, int line) {
            static_cast<DrydockInterruptController*>(controller)->deliver(line);
          },
          this);
    }
    drydock::kernel::InterruptUnmask(number);
  }

 private:
  bool installed_[drydock::kernel::kInterruptLines];
};

OSDefineMetaClassAndStructors(DrydockInterruptController, IOInterruptController)

namespace drydock {
namespace {

constexpr const char* kControllerName = "io-apic-0";
constexpr uint64_t kShutdownLimit = 60 * kernel::kSecond;

struct Platform {
  DrydockPlatform* service = nullptr;
  DrydockInterruptController* controller = nullptr;

  // A run that ended in a failure never shut down: the next run must not see its catalogue.
  ~Platform() { gIOCatalogue = nullptr; }
};

kernel::PerBoot<Platform> platform;

}  // namespace

IOService* BootPlatform(const PlatformOptions& options) {
  termination::BootTerminateThread();
  termination::SetNaive(options.naive_teardown);
  BootRegistry();
  notifications::Boot();
  gIOCatalogue = OSTypeAlloc(IOCatalogue);
  gIOCatalogue->init(Owned(MakeKextPersonalities()).get());

  platform->service = OSTypeAlloc(DrydockPlatform);
  platform->service->init(nullptr);
  platform->service->attach(nullptr);
  platform->controller = OSTypeAlloc(DrydockInterruptController);
  platform->controller->init(nullptr);
  platform->controller->setName(kControllerName);
  BootResources(platform->service);
  return platform->service;
}

// Waits for threads that still release the objects they worked on: the terminate and matching
// threads, the thread of a work loop that ends by itself.
static void WaitForRest() {
  while (!kernel::OthersAreAtRest()) kernel::Sleep(kernel::kMillisecond);
}

bool ShutdownPlatform() {
  IOService* service = platform->service;
  {
    const auto clients = Owned(service->getClientIterator());
    while (OSObject* client = clients->getNextObject()) {
      static_cast<IOService*>(client)->terminate();
    }
  }
  if (service->waitQuiet(kShutdownLimit) != kIOReturnSuccess) {
    termination::ReportParked(service);
    return false;
  }
  WaitForRest();
  kernel::Thread* loop_thread = service->getWorkLoop()->getThread();
  OSSafeReleaseNULL(platform->controller);
  ShutdownPower();
  ShutdownResources();
  service->detachAbove(gIOServicePlane);
  OSSafeReleaseNULL(platform->service);
  OSSafeReleaseNULL(gIOCatalogue);
  kernel::ThreadJoin(loop_thread);
  notifications::Shutdown();
  ShutdownRegistry();
  WaitForRest();
  return true;
}

void AddInterrupt(IOService* nub, int line) {
  const auto append = [nub](const char* key, OSObject* item) {
    OSArray* old = OSDynamicCast(OSArray, nub->getProperty(key));
    const auto items = Owned(old != nullptr ? OSArray::withArray(old, old->getCount() + 1)
                                            : OSArray::withCapacity(1));
    items->setObject(item);
    nub->setProperty(key, items.get());
  };
  const auto name = Owned(OSString::withCString(kControllerName));
  const UInt32 vector = static_cast<UInt32>(line);
  const auto specifier = Owned(OSData::withBytes(&vector, sizeof(vector)));
  append(kIOInterruptControllersKey, name.get());
  append(kIOInterruptSpecifiersKey, specifier.get());
}

IOInterruptController* FindInterruptController(const OSString* name) {
  return platform->controller != nullptr && name->isEqualTo(kControllerName) ? platform->controller
                                                                             : nullptr;
}

}  // namespace drydock
