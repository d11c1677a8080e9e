// Google benchmarks of exploration: what a run and a step cost on the host, by strategy.
#include <memory>
#include <vector>

#include "benchmark/benchmark.h"
#include "explore/explorer.h"
#include "explore/order_search.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/simulation.h"

namespace drydock {
namespace {

// All classes of interleavings of two threads that lock a mutex, add to a counter and unlock it, as
// many times each as the argument says: 6 classes for two times, 12,870 for eight.
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

// A queue whose owner puts and takes at one end while a thief steals from the other, as
// guest/classics/work_stealing_queue.c has it; `tasks` of 12 make about 120 steps.
class WorkStealing {
 public:
  explicit WorkStealing(int tasks) : slots_(static_cast<size_t>(tasks)) {}

  void Own() {
    const int tasks = static_cast<int>(slots_.size());
    for (int task = 0; task < tasks; ++task) {
      const int tail = Load(kTail);
      Store(kSlots + tail % tasks, task);
      Store(kTail, tail + 1);
    }
    for (int i = 0; i < tasks; ++i) Take();
  }

  void Steal() {
    for (size_t i = 0; i < slots_.size(); ++i) {
      const int head = Load(kHead);
      if (head >= Load(kTail)) continue;
      Load(kSlots + head % static_cast<int>(slots_.size()));
      Swap(kHead, head, head + 1);
    }
  }

 private:
  enum : int { kHead, kTail, kSlots };

  void Take() {
    const int tail = Load(kTail) - 1;
    Store(kTail, tail);
    const int head = Load(kHead);
    if (tail < head) return Store(kTail, head);
    Load(kSlots + tail % static_cast<int>(slots_.size()));
    if (tail > head) return;
    Swap(kHead, head, head + 1);
    Store(kTail, tail + 1);
  }

  int& At(int cell) {
    return cell == kHead   ? head_
           : cell == kTail ? tail_
                           : slots_[static_cast<size_t>(cell - kSlots)];
  }
  static void Step(kernel::OperationKind kind, int cell) {
    kernel::ChoicePoint(kind, 1'000'000 + static_cast<kernel::ObjectId>(cell));
  }
  int Load(int cell) {
    Step(kernel::OperationKind::kRead, cell);
    return At(cell);
  }
  void Store(int cell, int value) {
    Step(kernel::OperationKind::kWrite, cell);
    At(cell) = value;
  }
  void Swap(int cell, int from, int to) {
    Step(kernel::OperationKind::kAtomic, cell);
    if (At(cell) == from) At(cell) = to;
  }

  int head_ = 0;
  int tail_ = 0;
  std::vector<int> slots_;
};

// What a step costs under each strategy, boot and teardown included; the second argument is the
// number of tasks, to see whether it stays the same as runs get longer.
void BM_WorkStealing(benchmark::State& state, const char* spec) {
  const std::unique_ptr<Explorer> explorer = *MakeExplorer(spec, 1);
  const int tasks = static_cast<int>(state.range(0));
  uint64_t questions = 0;
  for (auto _ : state) {
    Strategy* strategy = explorer->Next();
    if (strategy == nullptr) {
      state.SkipWithError("nothing is left to run");
      break;
    }
    Outcome outcome = Simulation({}, strategy).Run([tasks] {
      WorkStealing queue(tasks);
      kernel::Thread* thief = kernel::ThreadStart({.name = "thief"}, [&queue] { queue.Steal(); });
      queue.Own();
      kernel::ThreadJoin(thief);
    });
    if (!outcome.ok()) state.SkipWithError(outcome.text.c_str());
    questions += outcome.schedule.questions();
    explorer->Finished(outcome.schedule);
  }
  state.counters["questions"] =
      benchmark::Counter(static_cast<double>(questions), benchmark::Counter::kAvgIterations);
  state.counters["ns_per_question"] =
      benchmark::Counter(static_cast<double>(questions) * 1e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(BM_WorkStealing, random, "random")->Arg(12)->Arg(120);
BENCHMARK_CAPTURE(BM_WorkStealing, pct, "pct:3")->Arg(12)->Arg(120);
BENCHMARK_CAPTURE(BM_WorkStealing, pos, "pos")->Arg(12)->Arg(120);
BENCHMARK_CAPTURE(BM_WorkStealing, urw, "urw")->Arg(12)->Arg(120);
BENCHMARK_CAPTURE(BM_WorkStealing, surw, "surw")->Arg(12)->Arg(120);
BENCHMARK_CAPTURE(BM_WorkStealing, dpor, "dpor")->Arg(12)->Arg(120);

}  // namespace
}  // namespace drydock
