// The threads of the storm: those that plug, those that use devices, and programs.
#include "tests/drivers/samples/unplug_storm.h"

#include <atomic>
#include <string>
#include <vector>

#include <IOKit/IOWorkLoop.h>

#include "drivers/client/IOKitLib.h"
#include "drivers/client/user_task.h"
#include "drivers/samples/BlockNub.h"
#include "drivers/samples/BlockReader.h"
#include "drivers/samples/BlockUserClient.h"
#include "drivers/service/mach_port.h"
#include "drivers/service/owned.h"
#include "drivers/service/platform.h"
#include "libkern/kernel_heap.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/prng.h"
#include "tests/drivers/samples/block_fixture.h"

// A bus with a work loop of its own.
class StormHub : public IOService {
  OSDeclareDefaultStructors(StormHub)

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

OSDefineMetaClassAndStructors(StormHub, IOService)

namespace drydock {
namespace {

constexpr int kPorts = 10;
constexpr UInt32 kLatencyUs = 20;

class Storm {
 public:
  explicit Storm(const StormOptions& options)
      : options_(options), slots_(static_cast<size_t>(options.devices)) {}

  StormResult Run();

 private:
  void Plugger(int index);
  void Client(int client);
  void UseFromAProgram(BlockReader* reader, bool dies);
  void Count(IOReturn result) { result == kIOReturnSuccess ? ++transfers_ : ++refused_; }
  OSSharedPtr<BlockReader> CopySomeReader(Prng* random);
  // The hubs' retain counts, when no thread uses them.
  int References() const;

  const StormOptions options_;
  IOService* platform_ = nullptr;
  std::vector<StormHub*> hubs_;  // the registry's
  kernel::Mutex* const lock_ = kernel::MutexAlloc("slots");
  std::vector<OSSharedPtr<BlockNub>> slots_;  // what is plugged in; under the lock
  std::atomic<bool> calm_{false};
  std::atomic<uint64_t> plugged_{0}, unplugged_{0}, transfers_{0}, refused_{0};
};

StormResult Storm::Run() {
  StormResult result;
  platform_ = BootPlatform();
  for (int i = 0; i < (options_.devices + kPorts - 1) / kPorts; ++i) {
    auto* hub = OSTypeAlloc(StormHub);
    hub->init(nullptr);
    hub->attach(platform_);
    hub->release();
    hubs_.push_back(hub);
  }
  const int references = References();
  int64_t blocks = 0;
  // The first storm fills the kernel's pools and caches; what comes later must leave no trace.
  for (int storm = 0; storm < 2; ++storm) {
    calm_ = false;
    std::vector<kernel::Thread*> pluggers, clients;
    for (int i = 0; i < options_.pluggers; ++i) {
      pluggers.push_back(
          kernel::ThreadStart({.name = "plugger", .priority = 31}, [this, i] { Plugger(i); }));
    }
    for (int i = 0; i < options_.clients; ++i) {
      clients.push_back(
          kernel::ThreadStart({.name = "client", .priority = 31}, [this, i] { Client(i); }));
    }
    for (kernel::Thread* plugger : pluggers) kernel::ThreadJoin(plugger);
    calm_ = true;
    for (kernel::Thread* client : clients) kernel::ThreadJoin(client);
    result.busy = platform_->waitQuiet(10 * kernel::kSecond) == kIOReturnSuccess ? 0 : 1;
    do {
      kernel::Sleep(10 * kernel::kMillisecond);  // the last references are released
    } while (!kernel::OthersAreAtRest());
    const auto now = static_cast<int64_t>(LiveBlocks().size());
    if (storm > 0) result.blocks = now - blocks;
    blocks = now;
  }
  for (StormHub* hub : hubs_) {
    result.children += static_cast<int>(hub->getChildCount(gIOServicePlane));
    result.busy += hub->getBusyState() != 0 ? 1 : 0;
  }
  result.references = References() - references;
  result.shut_down = ShutdownPlatform();
  result.objects_leaked = LiveObjects().size();
  result.plugged = plugged_;
  result.unplugged = unplugged_;
  result.transfers = transfers_;
  result.refused = refused_;
  return result;
}

int Storm::References() const {
  int references = 0;
  for (const StormHub* hub : hubs_) references += hub->getRetainCount();
  return references;
}

void Storm::Plugger(int index) {
  for (int round = 0; round < options_.rounds; ++round) {
    for (const bool plug : {true, false}) {
      for (int i = 0; i < options_.devices; ++i) {
        if (i / kPorts % options_.pluggers != index) continue;
        OSSharedPtr<BlockNub>& slot = slots_[static_cast<size_t>(i)];
        OSSharedPtr<BlockNub> nub;
        if (plug) {
          nub = Owned(
              BlockNub::plug(hubs_[static_cast<size_t>(i / kPorts)], kDiskBlocks, kLatencyUs));
          plugged_ += nub != nullptr ? 1 : 0;
        }
        kernel::MutexLock(lock_);
        nub.swap(slot);
        kernel::MutexUnlock(lock_);
        if (!plug && nub != nullptr) {
          nub->unplug();
          ++unplugged_;
        }
      }
      kernel::Sleep(5 * kernel::kMillisecond);
    }
  }
}

OSSharedPtr<BlockReader> Storm::CopySomeReader(Prng* random) {
  OSSharedPtr<BlockNub> nub;
  kernel::MutexLock(lock_);
  nub = slots_[static_cast<size_t>(random->Below(static_cast<uint64_t>(options_.devices)))];
  kernel::MutexUnlock(lock_);
  if (nub == nullptr) return nullptr;
  const auto top = CopyAbove(nub.get(), 3);
  // A reader that has not started cannot be used yet.
  auto* reader = OSDynamicCast(BlockReader, top.get());
  if (reader == nullptr || (reader->getState() & kIOServiceRegisteredState) == 0) return nullptr;
  return OSSharedPtr<BlockReader>(reader, OSRetain);
}

void Storm::Client(int client) {
  Prng random(options_.seed + static_cast<uint64_t>(client), "client");
  while (!calm_) {
    const auto reader = CopySomeReader(&random);
    if (reader == nullptr) {
      kernel::Sleep(10 * kernel::kMicrosecond);
      continue;
    }
    if (client % 2 == 1) {
      UseFromAProgram(reader.get(), /*dies=*/random.Below(2) == 0);
      continue;
    }
    const bool opened = reader->open(hubs_[0]);
    Count(reader->readBlocks(0, 1));
    if (opened) reader->close(hubs_[0]);
  }
}

// A program opens it, reads, and closes or leaves that to its death.
void Storm::UseFromAProgram(BlockReader* reader, bool dies) {
  UserTask program({.name = "program"});
  // The result of a search for it, without the time that takes.
  const io_service_t service = PortGive(reader, PortKind::kObject, program.task());
  program.Run([&] {
    io_connect_t connection = IO_OBJECT_NULL;
    IOReturn result = IOServiceOpen(service, mach_task_self(), 0, &connection);
    if (result == kIOReturnSuccess) {
      const uint64_t blocks[] = {0, 1};
      result = IOConnectCallScalarMethod(connection, kBlockRead, blocks, 2, nullptr, nullptr);
      if (!dies) IOServiceClose(connection);
    }
    Count(result);
  });
}

}  // namespace

StormResult UnplugStorm(const StormOptions& options) { return Storm(options).Run(); }

}  // namespace drydock
