// bench/gate/runner_bench.h
//
// Measures one runner on host threads: closures posted, calls warm and from idle, CPU when idle.
#ifndef DRYDOCK_BENCH_GATE_RUNNER_BENCH_H_
#define DRYDOCK_BENCH_GATE_RUNNER_BENCH_H_

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <vector>

#include "bench/gate/bare.h"
#include "bench/gate/contention.h"
#include "bench/gate/histogram.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "trace/json.h"

namespace drydock::bench {

// In ns, the time for each of `closures` that `producers` threads post, until the last has run.
template <typename Submits>
double SubmitMany(Submits& contender, int producers, int closures) {
  // The counter of the closures is in a cache line that no producer reads.
  struct alignas(128) Ran {
    uint64_t times = 0;
  } ran;
  auto work = [&ran] { ++ran.times; };
  std::vector<kernel::Thread*> threads;
  std::atomic<int> ready{0};
  std::atomic<bool> go{false};
  for (int i = 0; i < producers; ++i) {
    threads.push_back(kernel::ThreadStart({.name = "producer", .priority = 31},
                                          [&, work, each = closures / producers] {
                                            ++ready;
                                            while (!go.load()) kernel::ThreadYield();
                                            for (int n = 0; n < each; ++n) contender.Do(work);
                                          }));
  }
  while (ready.load() < producers) kernel::ThreadYield();
  const kernel::Time began = kernel::Now();
  go.store(true);
  for (kernel::Thread* thread : threads) kernel::ThreadJoin(thread);
  contender.Flush();
  return static_cast<double>(kernel::Now() - began) / closures;
}

// The median of kRepeats measurements of about 20 ms.
template <typename Submits>
double NsPerClosure(int producers) {
  constexpr int kRepeats = 5;
  Submits contender;
  const double first = SubmitMany(contender, producers, 4'000);
  const int closures = std::clamp(static_cast<int>(20e6 / first), 4'000, 400'000);
  std::vector<double> times;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    times.push_back(SubmitMany(contender, producers, closures));
  }
  std::sort(times.begin(), times.end());
  return times[kRepeats / 2];
}

// How long calls that wait take, one right after the other, or with `pause` ns between them, in
// which the runner falls asleep: `most` calls, or as many as take half a second.
template <typename Calls>
Histogram RoundTrips(int most, kernel::Time pause) {
  Calls contender;
  Histogram took;
  uint64_t ran = 0;
  auto work = [&ran] { ++ran; };
  const kernel::Time until = kernel::Now() + kernel::kSecond / 2;
  for (int i = 0; i < most && kernel::Now() < until; ++i) {
    if (pause > 0) kernel::Sleep(pause);
    const kernel::Time asked = kernel::Now();
    contender.Do(work);
    took.Add(kernel::Now() - asked);
  }
  return took;
}

// CPU time that the process has used.
inline double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

// How much of one core, in percent, the process uses in `duration` ns while a runner is idle.
template <typename Calls>
double IdlePercent(kernel::Time duration) {
  Calls contender;
  auto work = [] {};
  contender.Do(work);
  const double before = CpuSeconds();
  kernel::Sleep(duration);
  return (CpuSeconds() - before) * 1e11 / static_cast<double>(duration);
}

// The figures of one runner; of each the least is the best.
template <typename Submits, typename Calls>
trace::Json MeasureRunner() {
  const Histogram warm = RoundTrips<Calls>(100'000, 0);
  const Histogram idle = RoundTrips<Calls>(100, 2 * kernel::kMillisecond);
  return {{"what", Submits::kName},
          {"one_producer_ns", NsPerClosure<Submits>(1)},
          {"two_producers_ns", NsPerClosure<Submits>(2)},
          {"round_trip_warm_p50_ns", warm.Permille(500)},
          {"round_trip_warm_p99_ns", warm.Permille(990)},
          {"round_trip_idle_p50_ns", idle.Permille(500)},
          {"round_trip_idle_p99_ns", idle.Permille(990)}};
}

// The lower bounds that the machine sets (bare.h).
inline trace::Json MeasureBare() {
  trace::Json row = {{"what", "bare cache line; bare futex"}};
  if (const double line = CacheLineRoundTrip(); line > 0) row["round_trip_warm_p50_ns"] = line;
  const Histogram idle = FutexRoundTrips(100, 2 * kernel::kMillisecond);
  row["round_trip_idle_p50_ns"] = idle.Permille(500);
  row["round_trip_idle_p99_ns"] = idle.Permille(990);
  return row;
}

// Rows with the same figures become one row with the median of each, and under "best" the least.
inline trace::Json MedianOf(const std::vector<trace::Json>& rows) {
  trace::Json median = rows.front();
  for (const auto& [key, value] : rows.front().items()) {
    if (!value.is_number()) continue;
    std::vector<double> all;
    for (const trace::Json& row : rows) all.push_back(row[key].get<double>());
    std::sort(all.begin(), all.end());
    median[key] = all[all.size() / 2];
    median["best"][key] = all.front();
  }
  return median;
}

}  // namespace drydock::bench

#endif  // DRYDOCK_BENCH_GATE_RUNNER_BENCH_H_
