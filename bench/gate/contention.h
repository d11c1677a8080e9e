// bench/gate/contention.h
//
// Measures one contender (contenders.h) on host threads: throughput, latency and fairness.
#ifndef DRYDOCK_BENCH_GATE_CONTENTION_H_
#define DRYDOCK_BENCH_GATE_CONTENTION_H_

#include <algorithm>
#include <atomic>
#include <vector>

#include "bench/gate/contenders.h"
#include "bench/gate/result.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/spin.h"
#include "scheduler/kernel/thread.h"

namespace drydock::bench {

// Keeps the CPU busy for `ns`; 0: returns without reading the clock.
inline void Hold(kernel::Time ns) {
  if (ns == 0) return;
  const kernel::Time until = kernel::Now() + ns;
  while (kernel::Now() < until) kernel::SpinPause();
}

// One of the threads that use the contender again and again.
struct Asker {
  kernel::Thread* thread = nullptr;
  uint64_t done = 0;
  Histogram latency;
};

// `threads` threads use the contender for `duration` ns, and hold it for `hold` ns each time. If
// `timed`, each use is timed; that takes two readings of the clock, so throughput is measured
// without.
template <typename Contender>
Contention Contend(int threads, kernel::Time hold, kernel::Time duration, bool timed) {
  // In cache lines of its own, away from what the threads read here.
  struct alignas(128) {
    Contender contender;
  } alone;
  Contender& contender = alone.contender;
  std::atomic<bool> go{false}, stop{false};
  std::vector<Asker> askers(static_cast<size_t>(threads));
  for (Asker& asker : askers) {
    asker.thread = kernel::ThreadStart({.name = "asker", .priority = 31}, [&] {
      while (!go.load(std::memory_order_acquire)) kernel::ThreadYield();
      while (!stop.load(std::memory_order_relaxed)) {
        if constexpr (Contender::kWaits) {
          auto work = [&asker, hold] {
            Hold(hold);
            ++asker.done;
          };
          if (!timed) {
            contender.Do(work);
            continue;
          }
          const kernel::Time asked = kernel::Now();
          contender.Do(work);
          const kernel::Time took = kernel::Now() - asked;
          asker.latency.Add(took - std::min(took, hold));
        } else if (timed) {
          auto work = [&asker, hold, asked = kernel::Now()] {
            asker.latency.Add(kernel::Now() - asked);
            Hold(hold);
            ++asker.done;
          };
          contender.Do(work);
        } else {
          auto work = [&asker, hold] {
            Hold(hold);
            ++asker.done;
          };
          contender.Do(work);
        }
      }
    });
  }
  const kernel::Time began = kernel::Now();
  go.store(true, std::memory_order_release);
  kernel::Sleep(duration);
  stop.store(true);
  for (Asker& asker : askers) kernel::ThreadJoin(asker.thread);
  if constexpr (!Contender::kWaits) contender.Flush();
  const kernel::Time took = kernel::Now() - began;

  Contention result;
  result.what = Contender::kName;
  result.threads = threads;
  result.hold_ns = hold;
  std::vector<uint64_t> shares;
  uint64_t done = 0;
  for (const Asker& asker : askers) {
    shares.push_back(asker.done);
    done += asker.done;
    result.latency.Add(asker.latency);
  }
  result.per_second = static_cast<double>(done) * 1e9 / static_cast<double>(took);
  result.fairness = JainIndex(shares);
  return result;
}

// Throughput and fairness measured without reading the clock, latency with.
template <typename Contender>
Contention Contend(int threads, kernel::Time hold, kernel::Time duration) {
  Contention result = Contend<Contender>(threads, hold, duration, /*timed=*/false);
  result.latency = Contend<Contender>(threads, hold, duration, /*timed=*/true).latency;
  return result;
}

// In ns, one `step()`: the best mean of several series of `times`.
template <typename Step>
double NsEach(Step step, int times = 200'000) {
  constexpr int kRepeats = 7;
  double best = 1e18;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const kernel::Time began = kernel::Now();
    for (int i = 0; i < times; ++i) step();
    best = std::min(best, static_cast<double>(kernel::Now() - began) / times);
  }
  return best;
}

// With one thread: `ns` to take the contender and give it back, `nested_ns` to do so while the
// thread holds it already; 0 if that is not possible.
struct Alone {
  const char* what;
  double ns;
  double nested_ns;
};
template <typename Contender>
Alone MeasureAlone() {
  Contender contender;
  Alone alone = {Contender::kName, 0, 0};
  uint64_t count = 0;
  auto work = [&count] { asm volatile("" : "+r"(count)); };
  alone.ns = NsEach([&] { contender.Do(work); });
  if constexpr (Contender::kNests) {
    auto nest = [&] { alone.nested_ns = NsEach([&] { contender.Do(work); }); };
    contender.Do(nest);
  }
  return alone;
}

}  // namespace drydock::bench

#endif  // DRYDOCK_BENCH_GATE_CONTENTION_H_
