// runner/device_registry.h
//
// The devices of a program, found by id. Each has up to two stages, a runner with a thread each,
// which are started when a handle to a service of theirs is first asked for.
//
//   constexpr DeviceId kDisk = {.type = 3, .index = 0};
//   DeviceRegistry devices;
//   DeviceHandle<Planner> planner = devices.Handle<Planner>(kDisk);  // upstream, by
//   Planner::kStage DeviceHandle<BlockCache> cache = devices.Handle<BlockCache>(kDisk);  //
//   downstream planner.Submit([cache](Planner& p) { cache.Call(…).IgnoreError(); });  // waits for
//   another thread
//
// A device stays until the registry goes, with or without handles. The end of a registry:
//
//   1. All that has been posted runs, and all that this posts in turn, on whichever device, until
//      there is nothing left.
//   2. The services are destroyed, each on its stage's thread: those of upstream stages first, and
//      those of the stage started last first; in each the last made or inserted first. A destructor
//      may use handles. A service that is gone, or was never there, is kUnavailable from here on.
//   3. The threads end.
//
// By then no thread but the devices' own may use a handle, and none may after it. Errors that no
// Flush has returned are lost.
#ifndef DRYDOCK_RUNNER_DEVICE_REGISTRY_H_
#define DRYDOCK_RUNNER_DEVICE_REGISTRY_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "runner/device_handle.h"
#include "runner/device_id.h"
#include "runner/device_runner.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/priority.h"

namespace drydock {

struct DeviceRegistryOptions {
  int priority = BASEPRI_KERNEL;  // of the devices' threads, 0..127
  uint32_t slots = 512;  // closures that may wait for each stage: a power of two, at least 2
};

// Owns the runners. Runner is DeviceRunner or MutexRunner.
template <typename Runner>
class DeviceRegistryOf {
 public:
  // Thread context only, as everything here.
  explicit DeviceRegistryOf(const DeviceRegistryOptions& options = {});
  // See above. Not on a device's thread.
  ~DeviceRegistryOf();
  DeviceRegistryOf(const DeviceRegistryOf&) = delete;
  DeviceRegistryOf& operator=(const DeviceRegistryOf&) = delete;

  // A handle to `Service` of device `id`. Starts the stage that the service belongs to unless it
  // has been, exactly once however many threads ask. Does not make the service. Any thread, also a
  // device's.
  template <typename Service>
  DeviceHandle<Service, Runner> Handle(DeviceId id) {
    return DeviceHandle<Service, Runner>(FindOrStart(id, StageOf<Service>()));
  }

 private:
  struct Stage {
    std::unique_ptr<Runner> runner;
    bool closed = false;  // its services are gone
  };

  Runner* FindOrStart(DeviceId id, DeviceStage stage);
  // Whether the caller is on the thread of a device.
  bool IsOnDevice();
  // Waits until no device has anything to run.
  void Drain();
  // The next stage whose services are to go, or null.
  Stage* NextToClose();

  const DeviceRegistryOptions options_;
  kernel::Mutex* const lock_;
  // In the order in which they were started; grows under the lock. There are few of them.
  std::vector<std::unique_ptr<Stage>> stages_;
};

using DeviceRegistry = DeviceRegistryOf<DeviceRunner>;

}  // namespace drydock

#endif  // DRYDOCK_RUNNER_DEVICE_REGISTRY_H_
