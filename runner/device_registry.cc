// Finding, starting and ending the devices of a program.
#include "runner/device_registry.h"

#include <algorithm>
#include <string>

#include "runner/mutex_runner.h"
#include "scheduler/kernel/panic.h"

namespace drydock {
namespace {

struct Locked {
  explicit Locked(kernel::Mutex* m) : mutex(m) { kernel::MutexLock(mutex); }
  ~Locked() { kernel::MutexUnlock(mutex); }
  kernel::Mutex* const mutex;
};

}  // namespace

template <typename Runner>
DeviceRegistryOf<Runner>::DeviceRegistryOf(const DeviceRegistryOptions& options)
    : options_(options), lock_(kernel::MutexAlloc("device registry")) {}

template <typename Runner>
DeviceRegistryOf<Runner>::~DeviceRegistryOf() {
  if (IsOnDevice()) kernel::Panic("a device registry is destroyed by a closure of its devices");
  Drain();
  while (Stage* stage = NextToClose()) {
    Runner* const runner = stage->runner.get();
    auto close = [runner] { runner->services().Close(); };
    runner->Run(kBorrowedClosure<void, Runner, decltype(close)>, &close).IgnoreError();
    stage->closed = true;
  }
  Drain();  // what the destructors have posted
  stages_.clear();
  kernel::MutexFree(lock_);
}

template <typename Runner>
Runner* DeviceRegistryOf<Runner>::FindOrStart(DeviceId id, DeviceStage stage) {
  const Locked locked(lock_);
  for (const std::unique_ptr<Stage>& started : stages_) {
    Runner* const runner = started->runner.get();
    if (runner->device() == id && runner->stage() == stage) return runner;
  }
  const std::string name = StageName(stage, id);
  stages_.push_back(std::make_unique<Stage>());
  stages_.back()->runner =
      std::make_unique<Runner>(DeviceRunnerOptions{.name = name,
                                                   .priority = options_.priority,
                                                   .slots = options_.slots,
                                                   .device = id,
                                                   .stage = stage});
  return stages_.back()->runner.get();
}

template <typename Runner>
bool DeviceRegistryOf<Runner>::IsOnDevice() {
  const Locked locked(lock_);
  return std::any_of(stages_.begin(), stages_.end(),
                     [](const auto& stage) { return stage->runner->OnThread(); });
}

// A pass flushes each stage once. If nothing else was posted meanwhile, then all that was posted
// before has run during the pass, and has posted nothing.
template <typename Runner>
void DeviceRegistryOf<Runner>::Drain() {
  for (;;) {
    std::vector<Runner*> runners;
    {
      const Locked locked(lock_);
      for (const std::unique_ptr<Stage>& stage : stages_) runners.push_back(stage->runner.get());
    }
    const auto posted = [&runners] {
      uint64_t sum = 0;
      for (const Runner* runner : runners) sum += runner->posted();
      return sum;
    };
    const uint64_t before = posted();
    for (Runner* runner : runners) runner->Flush().IgnoreError();
    const bool quiet = posted() == before + runners.size();
    const Locked locked(lock_);
    if (quiet && stages_.size() == runners.size()) return;
  }
}

template <typename Runner>
typename DeviceRegistryOf<Runner>::Stage* DeviceRegistryOf<Runner>::NextToClose() {
  const Locked locked(lock_);
  for (const DeviceStage which : {DeviceStage::kUpstream, DeviceStage::kDownstream}) {
    for (auto stage = stages_.rbegin(); stage != stages_.rend(); ++stage) {
      if (!(*stage)->closed && (*stage)->runner->stage() == which) return stage->get();
    }
  }
  return nullptr;
}

template class DeviceRegistryOf<DeviceRunner>;
template class DeviceRegistryOf<MutexRunner>;

}  // namespace drydock
