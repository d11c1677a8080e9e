// Google benchmarks of the simulated machine: what switches, choice points, wakeups, dispatches and
// whole runs cost on the host.
#include <vector>

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

// A choice point with a single runnable thread and no observer: the strategy is not asked.
void BM_ChoicePointWithoutConsumer(benchmark::State& state) {
  TimedStrategy timed;
  OnMachine(state, &timed, [&] {
    for (auto _ : state) kernel::ChoicePoint(kernel::OperationKind::kAtomic, 1);
  });
}
BENCHMARK(BM_ChoicePointWithoutConsumer);

// Two CPUs busy: every choice point is a question to the random walk, and every other one a switch.
void BM_ChoicePointRandomWalk(benchmark::State& state) {
  constexpr int kPoints = 5000;  // of each thread in a run: as many as a long test has
  RandomWalk random(1);
  uint64_t questions = 0;
  for (auto _ : state) {
    const Outcome outcome = Simulation({}, &random).Run([] {
      const auto steps = [] {
        for (int i = 0; i < kPoints; ++i) kernel::ChoicePoint(kernel::OperationKind::kAtomic, 1);
      };
      kernel::Thread* other = kernel::ThreadStart({.name = "other"}, steps);
      steps();
      kernel::ThreadJoin(other);
    });
    if (!outcome.ok()) state.SkipWithError(outcome.text.c_str());
    questions += outcome.schedule.questions();
  }
  state.counters["ns_per_question"] =
      benchmark::Counter(static_cast<double>(questions) * 1e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
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

// Two threads wake each other alternately.
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

// One of many runnable threads gives its CPU to the next: what a dispatch costs, however many there
// are.
void BM_DispatchAmongRunnable(benchmark::State& state) {
  TimedStrategy timed;
  const int64_t count = state.range(0);
  MachineOptions options;
  options.cpus = 1;
  options.max_questions = ~uint64_t{0};
  options.main_priority = 95;
  int64_t dispatches = 0;
  const Outcome outcome = Simulation(options, &timed).Run([&] {
    bool done = false;
    std::vector<kernel::Thread*> threads;
    for (int64_t i = 0; i < count; ++i) {
      threads.push_back(kernel::ThreadStart({.name = "thread", .priority = 80}, [&] {
        while (!done) {
          kernel::ThreadYield();
          ++dispatches;
        }
      }));
    }
    kernel::Sleep(kernel::kSecond);  // all have begun
    for (auto _ : state) {
      const int64_t until = dispatches + 100'000;
      while (dispatches < until) kernel::Sleep(10 * kernel::kMillisecond);
    }
    done = true;
    for (kernel::Thread* thread : threads) kernel::ThreadJoin(thread);
  });
  if (!outcome.ok()) state.SkipWithError(outcome.text.c_str());
  state.counters["ns_per_dispatch"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * 1e5 * 1e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_DispatchAmongRunnable)->RangeMultiplier(10)->Range(10, 10'000);

// The same beside so many blocked threads, each waiting for an event of its own: two wake each
// other.
void BM_WakeupBesideBlocked(benchmark::State& state) {
  TimedStrategy timed;
  const int64_t count = state.range(0);
  MachineOptions options;
  options.max_questions = ~uint64_t{0};
  const Outcome outcome = Simulation(options, &timed).Run([&] {
    std::vector<char> events(static_cast<size_t>(count) + 2);
    const auto wait = [&events](size_t event) {
      kernel::AssertWait(&events[event], kernel::Interruptible::kUninterruptible, 0,
                         {"waits", "", 0, nullptr});
      kernel::ThreadBlock();
    };
    std::vector<kernel::Thread*> threads;
    for (size_t i = 2; i < events.size(); ++i) {
      threads.push_back(kernel::ThreadStart({.name = "blocked"}, [&wait, i] { wait(i); }));
    }
    bool done = false;
    kernel::Thread* other = kernel::ThreadStart({.name = "other", .priority = 90}, [&] {
      for (;;) {
        wait(0);
        if (done) return;
        kernel::ThreadWakeup(&events[1], true);
      }
    });
    kernel::Sleep(kernel::kSecond);
    for (auto _ : state) {
      kernel::AssertWait(&events[1], kernel::Interruptible::kUninterruptible, 0,
                         {"waits", "", 0, nullptr});
      kernel::ThreadWakeup(&events[0], true);
      kernel::ThreadBlock();
      // Until the other one waits again.
      while (!kernel::ThreadIsBlocked(other))
        kernel::ChoicePoint(kernel::OperationKind::kAtomic, 0);
    }
    done = true;
    kernel::ThreadWakeup(&events[0], true);
    for (size_t i = 2; i < events.size(); ++i) kernel::ThreadWakeup(&events[i], true);
    kernel::ThreadJoin(other);
    for (kernel::Thread* thread : threads) kernel::ThreadJoin(thread);
  });
  if (!outcome.ok()) state.SkipWithError(outcome.text.c_str());
}
BENCHMARK(BM_WakeupBesideBlocked)->RangeMultiplier(10)->Range(10, 10'000);

// A machine with 10,000 blocked threads, from boot to teardown; the first one maps their stacks.
void BM_TenThousandBlockedThreads(benchmark::State& state) {
  TimedStrategy timed;
  for (auto _ : state) {
    const Outcome outcome = Simulation({}, &timed).Run([] {
      for (int i = 0; i < 10'000; ++i) {
        kernel::ThreadStart({.name = "blocked", .daemon = true}, [] {
          const int event = 0;
          kernel::AssertWait(&event, kernel::Interruptible::kUninterruptible, 0,
                             {"waits", "", 0, nullptr});
          kernel::ThreadBlock();
        });
      }
      kernel::Sleep(kernel::kSecond);
    });
    if (!outcome.ok()) state.SkipWithError(outcome.text.c_str());
  }
}
BENCHMARK(BM_TenThousandBlockedThreads)->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK(BM_TenThousandBlockedThreads)->Unit(benchmark::kMillisecond);

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

// The smallest program worth exploring: two threads, two lock/unlock pairs each, under the random
// walk. Boot and teardown are part of every run; the one strategy goes on from run to run.
void BM_TwoLockers(benchmark::State& state) {
  RandomWalk random(1);
  uint64_t questions = 0;
  for (auto _ : state) {
    const Outcome outcome = Simulation({}, &random).Run([] {
      kernel::Mutex* mutex = kernel::MutexAlloc("mutex");
      const auto lock_twice = [mutex] {
        for (int i = 0; i < 2; ++i) {
          kernel::MutexLock(mutex);
          kernel::MutexUnlock(mutex);
        }
      };
      kernel::Thread* other = kernel::ThreadStart({.name = "other"}, lock_twice);
      lock_twice();
      kernel::ThreadJoin(other);
      kernel::MutexFree(mutex);
    });
    if (!outcome.ok()) state.SkipWithError(outcome.text.c_str());
    questions += outcome.schedule.questions();
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["questions"] =
      benchmark::Counter(static_cast<double>(questions), benchmark::Counter::kAvgIterations);
}
BENCHMARK(BM_TwoLockers);

}  // namespace
}  // namespace drydock
