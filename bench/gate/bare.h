// bench/gate/bare.h
//
// The lower bounds of any runner on this machine: a cache line's way to another CPU and back, and a
// futex's wakeup. They vary with where the host puts the CPUs of a virtual machine, and so in time.
// On host threads only.
#ifndef DRYDOCK_BENCH_GATE_BARE_H_
#define DRYDOCK_BENCH_GATE_BARE_H_

#include <sched.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "bench/gate/histogram.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "trace/json.h"

namespace drydock::bench {

// A request and its answer, in cache lines of their own.
struct Exchange {
  alignas(128) std::atomic<uint32_t> request{0};
  alignas(128) std::atomic<uint32_t> answer{0};
};

// In ns, a round trip between two spinning threads, each on a CPU of its own; 0 if there is only
// one CPU.
inline double CacheLineRoundTrip() {
  constexpr uint32_t kTimes = 50'000;
  cpu_set_t all;
  sched_getaffinity(0, sizeof(all), &all);
  if (CPU_COUNT(&all) < 2) return 0;
  // Pins the calling thread to the `nth` of the CPUs that it may have.
  const auto pin = [&all](int nth) {
    int cpu = 0;
    while (!CPU_ISSET(cpu, &all) || nth-- > 0) ++cpu;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof(one), &one);
  };
  Exchange exchange;
  std::thread other([&] {
    pin(1);
    for (uint32_t i = 1; i <= kTimes; ++i) {
      while (exchange.request.load(std::memory_order_acquire) != i) {
      }
      exchange.answer.store(i, std::memory_order_release);
    }
  });
  pin(0);
  const auto trip = [&exchange](uint32_t i) {
    exchange.request.store(i, std::memory_order_release);
    while (exchange.answer.load(std::memory_order_acquire) != i) {
    }
  };
  trip(1);  // so that the other thread has started
  const kernel::Time began = kernel::Now();
  for (uint32_t i = 2; i <= kTimes; ++i) trip(i);
  const kernel::Time took = kernel::Now() - began;
  other.join();
  sched_setaffinity(0, sizeof(all), &all);
  return static_cast<double>(took) / (kTimes - 1);
}

// In ns, round trips between two threads that sleep, each after a pause of `pause` ns in which both
// have fallen asleep.
inline Histogram FutexRoundTrips(int times, kernel::Time pause) {
  Exchange exchange;
  std::thread other([&] {
    for (uint32_t i = 0; i < static_cast<uint32_t>(times); ++i) {
      exchange.request.wait(i);
      exchange.answer.store(i + 1);
      exchange.answer.notify_one();
    }
  });
  Histogram took;
  for (uint32_t i = 0; i < static_cast<uint32_t>(times); ++i) {
    kernel::Sleep(pause);
    const kernel::Time began = kernel::Now();
    exchange.request.store(i + 1);
    exchange.request.notify_one();
    exchange.answer.wait(i);
    took.Add(kernel::Now() - began);
  }
  other.join();
  return took;
}

}  // namespace drydock::bench

#endif  // DRYDOCK_BENCH_GATE_BARE_H_
