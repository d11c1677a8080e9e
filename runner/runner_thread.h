// runner/runner_thread.h
//
// What all runners are: the thread of one stage of a device, and what it waits for of other
// runners.
//
// A closure may call another device and wait for it. If that one waits, perhaps by way of others,
// for the first, neither would ever go on. Each runner therefore keeps which other runner its
// thread waits for, and a wait that would close a circle is refused before it begins:
// kFailedPrecondition, with the names of those in it. So of a circle of runners exactly the last
// one to call is refused. Waits through anything but a runner (a mutex that a device's closure
// holds) are not seen here; they are for the kernel's report of deadlocks.
#ifndef DRYDOCK_RUNNER_RUNNER_THREAD_H_
#define DRYDOCK_RUNNER_RUNNER_THREAD_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runner/device_id.h"
#include "scheduler/kernel/thread_locals.h"
#include "scheduler/priority.h"

namespace drydock {

struct DeviceRunnerOptions {
  absl::string_view name = "device";  // of the runner's thread; copied
  int priority = BASEPRI_KERNEL;      // of the runner's thread, 0..127
  uint32_t slots = 512;               // closures that may wait: a power of two, at least 2
  // Which device, and which half of it. A DeviceRegistry gives each runner these and a name of
  // them.
  DeviceId device = {};
  DeviceStage stage = DeviceStage::kDownstream;
};

// Base of DeviceRunner and MutexRunner, which own their threads.
class RunnerThread {
 public:
  RunnerThread(const RunnerThread&) = delete;
  RunnerThread& operator=(const RunnerThread&) = delete;

  // Whether the caller is on the runner's thread, and so runs at once what it posts. Any context.
  bool OnThread() const { return Current() == this; }

  // What the runner was made with. Any context.
  DeviceId device() const { return device_; }
  DeviceStage stage() const { return stage_; }
  const std::string& name() const { return name_; }

 protected:
  explicit RunnerThread(const DeviceRunnerOptions& options)
      : name_(options.name), device_(options.device), stage_(options.stage) {}
  ~RunnerThread() = default;

  // The runner whose thread the calling one is, or null.
  static RunnerThread* Current() {
    const kernel::ThreadLocals* locals = kernel::CurrentThreadLocals();
    return locals == nullptr ? nullptr : static_cast<RunnerThread*>(locals->runner);
  }

  // Makes the calling thread the runner's, for good.
  void BecomeCurrent() { kernel::CurrentThreadLocals()->runner = this; }

  // A wait of `caller`, the runner whose thread the calling one is, for `target`. `over(subject)`
  // says whether it has come to its end; it is called in an atomic section, until EndWait.
  //
  // False, and nothing begins, if `target` waits for `caller`. Call ChoicePointForWait first.
  using Over = bool (*)(const void* subject);
  [[nodiscard]] static bool BeginWait(RunnerThread* caller, const RunnerThread* target, Over over,
                                      const void* subject);
  static void EndWait(RunnerThread* caller);
  static void ChoicePointForWait();

  // The error of a wait of `caller` for `target` that was refused.
  static absl::Status WaitRefused(const RunnerThread& caller, const RunnerThread& target);

 private:
  const std::string name_;
  const DeviceId device_;
  const DeviceStage stage_;

  // In an atomic section: what this runner's thread waits for; null: for no runner.
  const RunnerThread* waits_for_ = nullptr;
  Over over_ = nullptr;
  const void* subject_ = nullptr;
};

}  // namespace drydock

#endif  // DRYDOCK_RUNNER_RUNNER_THREAD_H_
