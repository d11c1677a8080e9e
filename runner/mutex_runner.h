// runner/mutex_runner.h
//
// DeviceRunner as one would write it first: a queue under a lock, and a thread that sleeps until
// there is something in it. For comparison: it does the same, slower.
#ifndef DRYDOCK_RUNNER_MUTEX_RUNNER_H_
#define DRYDOCK_RUNNER_MUTEX_RUNNER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "runner/device_closure.h"
#include "runner/device_services.h"
#include "runner/runner_thread.h"
#include "runner/stream.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/thread_locals.h"

namespace drydock {

class MutexRunner : public RunnerThread {
 public:
  using Options = DeviceRunnerOptions;

  // All as DeviceRunner's, but that `slots` may be any number from 1 and that TryPost is for thread
  // context only.
  explicit MutexRunner(const Options& options = {});
  ~MutexRunner();

  absl::Status Flush();
  uint64_t posted() const { return posted_.load(std::memory_order_relaxed); }
  absl::Status Run(const ClosureType& type, void* closure);
  DeviceServices& services() { return services_; }

  template <typename Service, typename Closure>
  absl::Status Post(Closure&& closure) {
    using Decayed = std::decay_t<Closure>;
    auto made = std::make_unique<Decayed>(std::forward<Closure>(closure));
    absl::Status status =
        Push({&kHeapClosure<Service, MutexRunner, Decayed>, made.get()}, Current());
    if (status.ok()) made.release();
    return status;
  }

  template <typename Service, typename Closure>
  bool TryPost(Closure&& closure) {
    using Decayed = std::decay_t<Closure>;
    {
      // (Copying the closure may throw.)
      const Locked locked(lock_);
      if (IsFull()) return false;
      Enqueue({&kHeapClosure<Service, MutexRunner, Decayed>,
               new Decayed(std::forward<Closure>(closure))});
    }
    kernel::ThreadWakeup(&queue_, /*one_thread=*/true);
    return true;
  }

 private:
  // A call, on the stack of the thread that waits for it.
  struct Call {
    absl::Status status;
    std::atomic<bool> done{false};  // written under the lock
  };
  struct Entry {
    const ClosureType* type;
    void* closure;
    Call* call = nullptr;  // null: no thread waits
    uint32_t stream = internal::StreamOf(kernel::CurrentThreadLocals());
  };

  struct Locked {
    explicit Locked(kernel::Mutex* m) : mutex(m) { kernel::MutexLock(mutex); }
    ~Locked() { kernel::MutexUnlock(mutex); }
    kernel::Mutex* const mutex;
  };

  bool IsFull() const { return queued_.load(std::memory_order_relaxed) >= slots_; }
  void Enqueue(const Entry& entry);
  // Waits while the queue is full; on the thread of `caller`, another runner, unless that would
  // close a circle (null: always).
  absl::Status Push(const Entry& entry, RunnerThread* caller);
  void Main();
  // Waits for `event` with the lock held.
  void Sleep(const void* event, const char* verb, kernel::Thread* owner);

  kernel::Mutex* const lock_;
  const size_t slots_;
  // Written under the lock.
  std::deque<Entry> queue_;
  std::atomic<size_t> queued_{0};  // queue_.size()
  std::atomic<uint64_t> posted_{0};
  kernel::Thread* thread_ = nullptr;

  // Used by the runner's thread alone.
  DeviceServices services_;
  absl::Status first_error_;
  bool ends_ = false;
};

}  // namespace drydock

#endif  // DRYDOCK_RUNNER_MUTEX_RUNNER_H_
