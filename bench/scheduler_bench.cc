// What the machine itself costs on the host.
#include "benchmark/benchmark.h"
#include "explore/random_walk.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/wait.h"
#include "scheduler/sim/fiber.h"
#include "scheduler/simulation.h"

namespace drydock {
namespace {

// A switch between two fibers; two per round trip.
void BM_FiberSwitch(benchmark::State& state) {
  sim::FiberPool& pool = sim::FiberPool::Get();
  sim::Fiber* fiber = pool.Acquire(
      [](void*) {
        for (;;) sim::FiberPool::Get().SwitchTo(sim::FiberPool::Get().host());
      },
      nullptr);
  for (auto _ : state) pool.SwitchTo(fiber);
  pool.Release(fiber);
  state.SetItemsProcessed(state.iterations() * 2);
  state.counters["ns_per_switch"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * 2e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_FiberSwitch);

// Runs the benchmark loop on a simulated thread.
template <typename Body>
void OnMachine(benchmark::State& state, Strategy* strategy, Body body) {
  MachineOptions options;
  options.max_questions = ~uint64_t{0};
  const Outcome outcome = Simulation(options, strategy).Run([&] { body(); });
  if (!outcome.ok()) state.SkipWithError(outcome.text.c_str());
}

// A choice point that nobody looks at: no strategy to ask, no observer.
void BM_ChoicePointWithoutConsumer(benchmark::State& state) {
  TimedStrategy timed;
  OnMachine(state, &timed, [&] {
    for (auto _ : state) kernel::ChoicePoint(kernel::OperationKind::kAtomic, 1);
  });
}
BENCHMARK(BM_ChoicePointWithoutConsumer);

// Two CPUs busy: every choice point is a question to the random walk, and every other one a switch.
void BM_ChoicePointRandomWalk(benchmark::State& state) {
  RandomWalk random(1);
  OnMachine(state, &random, [&] {
    bool done = false;
    kernel::Thread* other = kernel::ThreadStart({.name = "other"}, [&] {
      while (!done) kernel::ChoicePoint(kernel::OperationKind::kAtomic, 1);
    });
    for (auto _ : state) kernel::ChoicePoint(kernel::OperationKind::kAtomic, 1);
    done = true;
    kernel::ThreadJoin(other);
  });
}
BENCHMARK(BM_ChoicePointRandomWalk);

void BM_MutexUncontended(benchmark::State& state) {
  TimedStrategy timed;
  OnMachine(state, &timed, [&] {
    kernel::Mutex* mutex = kernel::MutexAlloc("bench");
    for (auto _ : state) {
      kernel::MutexLock(mutex);
      kernel::MutexUnlock(mutex);
    }
    kernel::MutexFree(mutex);
  });
}
BENCHMARK(BM_MutexUncontended);

// Two threads wake each other in turn.
void BM_WakeupRoundTrip(benchmark::State& state) {
  TimedStrategy timed;
  OnMachine(state, &timed, [&] {
    bool done = false, ping = false;
    kernel::Thread* other = kernel::ThreadStart({.name = "other"}, [&] {
      for (;;) {
        kernel::AssertWait(&ping, kernel::Interruptible::kUninterruptible, 0,
                           {"waits", "", 0, nullptr});
        if (ping || done) kernel::ThreadWakeupThread(&ping, kernel::CurrentThread());
        kernel::ThreadBlock();
        if (done) return;
        ping = false;
        kernel::ThreadWakeup(&done, true);
      }
    });
    for (auto _ : state) {
      ping = true;
      kernel::AssertWait(&done, kernel::Interruptible::kUninterruptible, 0,
                         {"waits", "", 0, nullptr});
      kernel::ThreadWakeup(&ping, true);
      kernel::ThreadBlock();
    }
    done = true;
    kernel::ThreadWakeup(&ping, true);
    kernel::ThreadJoin(other);
  });
}
BENCHMARK(BM_WakeupRoundTrip);

// A whole run that starts and joins four threads: boot, run, tear down.
void BM_SmallRun(benchmark::State& state) {
  TimedStrategy timed;
  for (auto _ : state) {
    const Outcome outcome = Simulation({}, &timed).Run([] {
      kernel::Thread* threads[4];
      for (kernel::Thread*& thread : threads) {
        thread = kernel::ThreadStart({.name = "worker"}, [] { kernel::Sleep(1000); });
      }
      for (kernel::Thread* thread : threads) kernel::ThreadJoin(thread);
    });
    if (!outcome.ok()) state.SkipWithError(outcome.text.c_str());
  }
}
BENCHMARK(BM_SmallRun);

}  // namespace
}  // namespace drydock
