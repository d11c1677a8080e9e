// bench/gate/bare.h
//
// What no runner can do without: a cache line that travels to another CPU and back, and a futex's
// wakeup. They depend on where the host puts the CPUs of a virtual machine, and so on the moment.
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

// Two words in lines of their own.
struct Table {
  alignas(128) std::atomic<uint32_t> serve{0};
  alignas(128) std::atomic<uint32_t> back{0};
};

// ns of a round trip between two spinning threads, each on a CPU of its own; 0 if there is one CPU.
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
  Table table;
  std::thread other([&] {
    pin(1);
    for (uint32_t i = 1; i <= kTimes; ++i) {
      while (table.serve.load(std::memory_order_acquire) != i) {
      }
      table.back.store(i, std::memory_order_release);
    }
  });
  pin(0);
  const auto trip = [&table](uint32_t i) {
    table.serve.store(i, std::memory_order_release);
    while (table.back.load(std::memory_order_acquire) != i) {
    }
  };
  trip(1);  // the other one is there
  const kernel::Time began = kernel::Now();
  for (uint32_t i = 2; i <= kTimes; ++i) trip(i);
  const kernel::Time took = kernel::Now() - began;
  other.join();
  sched_setaffinity(0, sizeof(all), &all);
  return static_cast<double>(took) / (kTimes - 1);
}

// A round trip between two threads that sleep, after a pause in which both did.
inline Histogram FutexRoundTrips(int times, kernel::Time pause) {
  Table table;
  std::thread other([&] {
    for (uint32_t i = 0; i < static_cast<uint32_t>(times); ++i) {
      table.serve.wait(i);
      table.back.store(i + 1);
      table.back.notify_one();
    }
  });
  Histogram took;
  for (uint32_t i = 0; i < static_cast<uint32_t>(times); ++i) {
    kernel::Sleep(pause);
    const kernel::Time began = kernel::Now();
    table.serve.store(i + 1);
    table.serve.notify_one();
    table.back.wait(i);
    took.Add(kernel::Now() - began);
  }
  other.join();
  return took;
}

}  // namespace drydock::bench

#endif  // DRYDOCK_BENCH_GATE_BARE_H_
