// runner/mutex_runner.h
//
// DeviceRunner as one would write it first: a queue under a lock, and a thread that sleeps until
// there is something in it. For comparison; it does the same, slower.
#ifndef DRYDOCK_RUNNER_MUTEX_RUNNER_H_
#define DRYDOCK_RUNNER_MUTEX_RUNNER_H_

#include <cstddef>
#include <deque>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "runner/device_closure.h"
#include "runner/device_runner.h"
#include "runner/device_services.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/wait.h"

namespace drydock {

class MutexRunner {
 public:
  using Options = DeviceRunnerOptions;

  // All as DeviceRunner's; TryPost in thread context only.
  explicit MutexRunner(const Options& options = {});
  ~MutexRunner();
  MutexRunner(const MutexRunner&) = delete;
  MutexRunner& operator=(const MutexRunner&) = delete;

  bool OnThread() const;
  absl::Status Flush();
  absl::Status Run(const ClosureType& type, void* closure);

  template <typename Service, typename Closure>
  void Post(Closure&& closure) {
    using Decayed = std::decay_t<Closure>;
    Push({&kHeapClosure<Service, MutexRunner, Decayed>,
          new Decayed(std::forward<Closure>(closure))});
  }

  template <typename Service, typename Closure>
  bool TryPost(Closure&& closure) {
    using Decayed = std::decay_t<Closure>;
    {
      // (Copying the closure may throw.)
      const Locked locked(lock_);
      if (queue_.size() >= slots_) return false;
      queue_.push_back({&kHeapClosure<Service, MutexRunner, Decayed>,
                        new Decayed(std::forward<Closure>(closure))});
    }
    kernel::ThreadWakeup(&queue_, /*one_thread=*/true);
    return true;
  }

 private:
  struct Entry {
    const ClosureType* type;
    void* closure;
    absl::Status* status = nullptr;  // where who waits for it wants its error
    bool* done = nullptr;
  };

  struct Locked {
    explicit Locked(kernel::Mutex* m) : mutex(m) { kernel::MutexLock(mutex); }
    ~Locked() { kernel::MutexUnlock(mutex); }
    kernel::Mutex* const mutex;
  };

  void Push(const Entry& entry);
  void Main();
  // Waits for `event` with the lock held.
  void Sleep(const void* event, const char* verb, kernel::Thread* owner);

  kernel::Mutex* const lock_;
  const size_t slots_;
  std::deque<Entry> queue_;  // under the lock
  kernel::Thread* thread_ = nullptr;

  // The runner's.
  DeviceServices services_;
  absl::Status first_error_;
  bool ends_ = false;
};

}  // namespace drydock

#endif  // DRYDOCK_RUNNER_MUTEX_RUNNER_H_
