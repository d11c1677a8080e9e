// Google benchmark of many devices at once: what each of 10, 100, 1000 disks, with four drivers
// each, costs on the host to be plugged, matched, used and unplugged.
#include "benchmark/benchmark.h"
#include "scheduler/simulation.h"
#include "tests/drivers/samples/unplug_storm.h"

namespace drydock {
namespace {

void BM_UnplugStorm(benchmark::State& state) {
  const StormOptions options = {.devices = static_cast<int>(state.range(0)), .rounds = 1};
  TimedStrategy timed;
  uint64_t lives = 0;
  for (auto _ : state) {
    StormResult result;
    const Outcome outcome = Simulation({.max_questions = 1'000'000'000}, &timed).Run([&] {
      result = UnplugStorm(options);
    });
    if (!outcome.ok() || !result.shut_down) state.SkipWithError(outcome.text.c_str());
    lives += result.unplugged;
  }
  state.SetItemsProcessed(static_cast<int64_t>(lives));
  state.counters["us_per_device"] = benchmark::Counter(
      static_cast<double>(lives) / 1e6, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_UnplugStorm)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace drydock
