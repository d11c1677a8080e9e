// What searches cost on the host.
#include "benchmark/benchmark.h"
#include "explore/order_search.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/simulation.h"

namespace drydock {
namespace {

// All classes of two threads that take a lock, add to a counter and give the lock back, so many
// times each: 6 of two times, 12,870 of eight.
void BM_OrdersOfTwoLockers(benchmark::State& state) {
  const int64_t rounds = state.range(0);
  int counter = 0;
  uint64_t runs = 0;
  uint64_t classes = 0;
  for (auto _ : state) {
    OrderSearch search(OrderSearch::Reduction::kClasses);
    while (Strategy* strategy = search.Next()) {
      const Outcome outcome = Simulation({}, strategy).Run([rounds, &counter] {
        kernel::Mutex* mutex = kernel::MutexAlloc("mutex");
        const auto lock = [rounds, mutex, &counter] {
          for (int64_t i = 0; i < rounds; ++i) {
            kernel::MutexLock(mutex);
            ++counter;
            kernel::MutexUnlock(mutex);
          }
        };
        kernel::Thread* one = kernel::ThreadStart({.name = "one"}, lock);
        kernel::Thread* two = kernel::ThreadStart({.name = "two"}, lock);
        kernel::ThreadJoin(one);
        kernel::ThreadJoin(two);
        kernel::MutexFree(mutex);
      });
      if (!outcome.ok()) state.SkipWithError(outcome.text.c_str());
      ++runs;
    }
    classes = search.classes();
  }
  benchmark::DoNotOptimize(counter);
  state.SetItemsProcessed(static_cast<int64_t>(runs));
  state.counters["classes"] = static_cast<double>(classes);
}
BENCHMARK(BM_OrdersOfTwoLockers)->Arg(2)->Arg(8)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace drydock
