// Google benchmarks of memory hooks: what a hooked access costs on the host, with and without race
// detection.
#include <cstdint>
#include <vector>

#include "bench/hooked_loop.h"
#include "benchmark/benchmark.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/memory.h"
#include "scheduler/simulation.h"
#include "verify/watch.h"

namespace drydock {
namespace {

constexpr size_t kWords = 256;
constexpr int kDepth = 8;  // of calls above an access: about what a driver's action has

template <typename Body>
void OnMachine(benchmark::State& state, kernel::AccessChoices accesses, Body body) {
  MachineOptions options;
  options.max_questions = ~uint64_t{0};
  options.accesses = accesses;
  TimedStrategy timed;
  std::vector<uint64_t> words(kWords);
  const Outcome outcome = Simulation(options, &timed).Run([&] { body(words.data()); });
  if (!outcome.ok()) state.SkipWithError(outcome.text.c_str());
}

void Count(benchmark::State& state) {
  state.counters["ns_per_access"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * 2 * kWords * 1e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void BM_Unhooked(benchmark::State& state) {
  OnMachine(state, kernel::AccessChoices::kNone, [&](uint64_t* words) {
    for (auto _ : state) AddOneToAllUnhooked(words, kWords);
  });
  Count(state);
}
BENCHMARK(BM_Unhooked);

void BM_HookWithoutConsumer(benchmark::State& state) {
  OnMachine(state, kernel::AccessChoices::kNone, [&](uint64_t* words) {
    for (auto _ : state) AddOneToAll(words, kWords);
  });
  Count(state);
}
BENCHMARK(BM_HookWithoutConsumer);

void BM_HookAsChoicePoint(benchmark::State& state) {
  OnMachine(state, kernel::AccessChoices::kAll, [&](uint64_t* words) {
    for (auto _ : state) AddOneToAll(words, kWords);
  });
  Count(state);
}
BENCHMARK(BM_HookAsChoicePoint);

// Race detection on repeated accesses, which take the quick path: no synchronisation since the last
// round.
void BM_HookWithRaceDetectionAgain(benchmark::State& state) {
  const verify::Watch watch({{verify::Check::kDataRace}});
  OnMachine(state, kernel::AccessChoices::kNone, [&](uint64_t* words) {
    for (auto _ : state) AddOneToAll(words, kWords, kDepth);
  });
  Count(state);
}
BENCHMARK(BM_HookWithRaceDetectionAgain);

// Race detection on accesses that are all recorded, with their stacks: a lock is taken before each
// round.
void BM_HookWithRaceDetection(benchmark::State& state) {
  const verify::Watch watch({{verify::Check::kDataRace}});
  OnMachine(state, kernel::AccessChoices::kNone, [&](uint64_t* words) {
    kernel::Mutex* mutex = kernel::MutexAlloc("mutex");
    for (auto _ : state) {
      kernel::MutexLock(mutex);
      AddOneToAll(words, kWords, kDepth);
      kernel::MutexUnlock(mutex);
    }
    kernel::MutexFree(mutex);
  });
  Count(state);
}
BENCHMARK(BM_HookWithRaceDetection);

}  // namespace
}  // namespace drydock
