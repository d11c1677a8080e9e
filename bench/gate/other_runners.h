// bench/gate/other_runners.h
//
// Two runners built for speed alone, to measure DeviceRunner against. They have neither services
// nor errors, and their closures are trivially copyable and have up to 48 bytes. On host threads
// only.
#ifndef DRYDOCK_BENCH_GATE_OTHER_RUNNERS_H_
#define DRYDOCK_BENCH_GATE_OTHER_RUNNERS_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <new>
#include <thread>
#include <type_traits>

#include "scheduler/kernel/spin.h"
#include <boost/lockfree/queue.hpp>

namespace drydock::bench {

struct Job {
  template <typename Work>
  static Job Of(const Work& work) {
    static_assert(sizeof(Work) <= sizeof(bytes) && std::is_trivially_copyable_v<Work>);
    Job job;
    job.call = [](void* closure) { (*static_cast<Work*>(closure))(); };
    new (job.bytes) Work(work);
    return job;
  }

  void (*call)(void* closure);
  alignas(16) unsigned char bytes[48];
};

// Boost's lock-free queue, of 512, and a thread that spins for ever, as do callers that wait.
class SpinningQueue {
 public:
  ~SpinningQueue() {
    stop_.store(true);
    thread_.join();
  }

  void Post(const Job& job) {
    while (!queue_.bounded_push(job)) BackOff(0);
  }
  static void BackOff(int) { kernel::SpinPause(); }

 private:
  void Main() {
    Job job;
    while (!stop_.load(std::memory_order_relaxed)) {
      queue_.pop(job) ? job.call(job.bytes) : BackOff(0);
    }
  }

  boost::lockfree::queue<Job, boost::lockfree::capacity<512>> queue_;
  std::atomic<bool> stop_{false};
  std::thread thread_{[this] { Main(); }};
};

// Two buffers of 32 under a spin lock: one is filled while the other is emptied. A thread that
// waits spins, then yields, then sleeps for 50 us at a time.
class TwoBuffers {
 public:
  ~TwoBuffers() {
    stop_.store(true);
    thread_.join();
  }

  void Post(const Job& job) {
    for (int tries = 0; !TryPost(job); ++tries) BackOff(tries);
  }
  static void BackOff(int tries) {
    if (tries < 100) {
      kernel::SpinPause();
    } else if (tries < 200) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  }

 private:
  struct Locked {
    explicit Locked(std::atomic<bool>* lock) : word(lock) {
      for (int tries = 0; word->exchange(true, std::memory_order_acquire); ++tries) BackOff(tries);
    }
    ~Locked() { word->store(false, std::memory_order_release); }
    std::atomic<bool>* const word;
  };
  struct Buffer {
    std::array<Job, 32> jobs;
    size_t count = 0;
  };

  bool TryPost(const Job& job) {
    const Locked locked(&lock_);
    Buffer& buffer = buffers_[filling_];
    if (buffer.count == buffer.jobs.size()) return false;
    buffer.jobs[buffer.count++] = job;
    return true;
  }

  void Main() {
    for (int tries = 0; !stop_.load(std::memory_order_relaxed); ++tries) {
      Buffer* full;
      {
        const Locked locked(&lock_);
        full = &buffers_[filling_];
        if (full->count > 0) filling_ ^= 1;
      }
      if (full->count == 0) {
        BackOff(tries);
        continue;
      }
      for (size_t i = 0; i < full->count; ++i) full->jobs[i].call(full->jobs[i].bytes);
      full->count = 0;
      tries = 0;
    }
  }

  alignas(64) std::atomic<bool> lock_{false};
  int filling_ = 0;
  std::array<Buffer, 2> buffers_;
  std::atomic<bool> stop_{false};
  std::thread thread_{[this] { Main(); }};
};

// One of them, called: Do waits.
template <typename Other>
struct OtherCalls {
  template <typename Work>
  void Do(Work& work) {
    std::atomic<bool> done{false};
    other.Post(Job::Of([&] {
      work();
      done.store(true, std::memory_order_release);
    }));
    for (int tries = 0; !done.load(std::memory_order_acquire); ++tries) Other::BackOff(tries);
  }
  Other other;
};

// One of them, posted to: Do does not wait.
template <typename Other>
struct OtherSubmits {
  template <typename Work>
  void Do(Work& work) {
    calls.other.Post(Job::Of(work));
  }
  void Flush() {
    auto nothing = [] {};
    calls.Do(nothing);
  }
  OtherCalls<Other> calls;
};

struct SpinningQueueSubmits : OtherSubmits<SpinningQueue> {
  static constexpr const char* kName = "lock-free queue, spinning";
};
struct TwoBuffersSubmits : OtherSubmits<TwoBuffers> {
  static constexpr const char* kName = "two buffers, sleeping";
};

}  // namespace drydock::bench

#endif  // DRYDOCK_BENCH_GATE_OTHER_RUNNERS_H_
