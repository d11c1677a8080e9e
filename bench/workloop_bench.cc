// Google benchmarks of gates, event sources and interrupts on the simulated machine: what each
// costs on the host. The counter `virtual_ns` is its cost in virtual time.
#include <vector>

#include <IOKit/IOCommandGate.h>
#include <IOKit/IOInterruptEventSource.h>
#include <IOKit/IOWorkLoop.h>

#include "benchmark/benchmark.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/wait.h"
#include "scheduler/simulation.h"

namespace {

class GateOwner : public OSObject {
  OSDeclareDefaultStructors(GateOwner)
};

}  // namespace

OSDefineMetaClassAndStructors(GateOwner, OSObject)

namespace {

using drydock::MachineOptions;
using drydock::Outcome;
using drydock::Simulation;
using drydock::TimedStrategy;
namespace kernel = drydock::kernel;

// Runs `body(loop, gate)` on a simulated thread.
template <typename Body>
void WithGate(benchmark::State& state, Body body, int cpus = 2) {
  TimedStrategy timed;
  MachineOptions options;
  options.cpus = cpus;
  options.max_questions = ~uint64_t{0};
  const Outcome outcome = Simulation(options, &timed).Run([&] {
    IOWorkLoop* loop = IOWorkLoop::workLoop();
    GateOwner* owner = OSTypeAlloc(GateOwner);
    IOCommandGate* gate = IOCommandGate::commandGate(owner);
    loop->addEventSource(gate);
    body(loop, gate);
    loop->removeEventSource(gate);
    gate->release();
    owner->release();
    loop->release();
  });
  if (!outcome.ok()) state.SkipWithError(outcome.text.c_str());
}

IOReturn Nothing(OSObject*, void*, void*, void*, void*) { return kIOReturnSuccess; }

// The alternative the gate is measured against: the kernel's mutex and a call.
void BM_MutexAndCall(benchmark::State& state) {
  WithGate(state, [&](IOWorkLoop*, IOCommandGate* gate) {
    drydock::kernel::Mutex* mutex = drydock::kernel::MutexAlloc("mutex");
    IOReturn (*volatile action)(OSObject*, void*, void*, void*, void*) = &Nothing;
    for (auto _ : state) {
      drydock::kernel::MutexLock(mutex);
      benchmark::DoNotOptimize(action(gate, nullptr, nullptr, nullptr, nullptr));
      drydock::kernel::MutexUnlock(mutex);
    }
    drydock::kernel::MutexFree(mutex);
  });
}
BENCHMARK(BM_MutexAndCall);

void BM_RunActionUncontended(benchmark::State& state) {
  WithGate(state, [&](IOWorkLoop*, IOCommandGate* gate) {
    for (auto _ : state) benchmark::DoNotOptimize(gate->runAction(&Nothing));
  });
}
BENCHMARK(BM_RunActionUncontended);

// The caller holds the gate already, so no lock is taken.
void BM_RunActionNested(benchmark::State& state) {
  WithGate(state, [&](IOWorkLoop*, IOCommandGate* gate) {
    gate->runAction(
        [](OSObject*, void* state_argument, void* gate_argument, void*, void*) -> IOReturn {
          auto* inner = static_cast<benchmark::State*>(state_argument);
          auto* same = static_cast<IOCommandGate*>(gate_argument);
          for (auto _ : *inner) benchmark::DoNotOptimize(same->runAction(&Nothing));
          return kIOReturnSuccess;
        },
        &state, gate);
  });
}
BENCHMARK(BM_RunActionNested);

// Two clients, of which each sleeps in the gate until the other wakes it: a round trip is two
// sleeps and two wakeups, and the gate has a new owner four times.
void BM_CommandSleepWakeupRoundTrip(benchmark::State& state) {
  WithGate(state, [&](IOWorkLoop*, IOCommandGate* gate) {
    struct Game {
      IOCommandGate* gate;
      int side_to_run = 0;
      bool done = false;
    } game;
    game.gate = gate;
    // Lets the other side run, and waits until that has done the same.
    static const IOCommandGate::Action kPass = [](OSObject*, void* argument, void* side, void*,
                                                  void*) -> IOReturn {
      auto* g = static_cast<Game*>(argument);
      const int mine = *static_cast<int*>(side);
      g->side_to_run = 1 - mine;
      g->gate->commandWakeup(&g->side_to_run);
      while (g->side_to_run != mine && !g->done)
        g->gate->commandSleep(&g->side_to_run, THREAD_UNINT);
      return kIOReturnSuccess;
    };
    drydock::kernel::Thread* other = drydock::kernel::ThreadStart({.name = "other"}, [&] {
      int side = 1;
      while (!game.done) gate->runAction(kPass, &game, &side);
    });
    int side = 0;
    for (auto _ : state) gate->runAction(kPass, &game, &side);
    game.done = true;
    gate->runAction(
        [](OSObject*, void* argument, void*, void*, void*) -> IOReturn {
          auto* g = static_cast<Game*>(argument);
          g->gate->commandWakeup(&g->side_to_run);
          return kIOReturnSuccess;
        },
        &game);
    drydock::kernel::ThreadJoin(other);
  });
}
BENCHMARK(BM_CommandSleepWakeupRoundTrip);

// As many clients as the argument says, on 4 CPUs, each of which holds the gate for a microsecond
// at a time. An item is an action.
void BM_RunActionContended(benchmark::State& state) {
  constexpr int kActions = 200;  // of a client, per iteration
  const auto clients = static_cast<size_t>(state.range(0));
  kernel::Time took = 0;
  WithGate(
      state,
      [&](IOWorkLoop*, IOCommandGate* gate) {
        const kernel::Time began = kernel::Now();
        for (auto _ : state) {
          std::vector<kernel::Thread*> threads(clients);
          for (kernel::Thread*& thread : threads) {
            thread = kernel::ThreadStart({.name = "client"}, [gate] {
              for (int i = 0; i < kActions; ++i) {
                gate->runAction([](OSObject*, void*, void*, void*, void*) -> IOReturn {
                  kernel::Delay(kernel::kMicrosecond);
                  return kIOReturnSuccess;
                });
              }
            });
          }
          for (kernel::Thread* thread : threads) kernel::ThreadJoin(thread);
        }
        took = kernel::Now() - began;
      },
      /*cpus=*/4);
  const auto actions = state.iterations() * static_cast<int64_t>(clients) * kActions;
  state.SetItemsProcessed(actions);
  state.counters["virtual_ns"] = static_cast<double>(took) / static_cast<double>(actions);
}
BENCHMARK(BM_RunActionContended)->Arg(2)->Arg(4)->Arg(8)->Arg(16);

// An action of an interrupt source, and a thread that waits for it.
struct Awaited {
  bool done = false;
  kernel::Time at = 0;

  static void Occurred(OSObject*, IOInterruptEventSource* sender, int) {
    auto* self = static_cast<Awaited*>(sender->getRefcon());
    self->at = kernel::Now();
    self->done = true;
    kernel::ThreadWakeup(self, /*one_thread=*/true);
  }
  void Wait() {
    while (!done) {
      kernel::AssertWait(this, kernel::Interruptible::kUninterruptible, 0, {"waits for", "action"});
      if (done) kernel::ThreadWakeupThread(this, kernel::CurrentThread());
      kernel::ThreadBlock();
    }
    done = false;
  }
};

IOInterruptEventSource* AddSource(IOWorkLoop* loop, OSObject* owner, Awaited* awaited) {
  auto* source = IOInterruptEventSource::interruptEventSource(owner, &Awaited::Occurred);
  source->setRefcon(awaited);
  loop->addEventSource(source);
  return source;
}

void RemoveSource(IOWorkLoop* loop, IOInterruptEventSource* source) {
  loop->removeEventSource(source);
  source->release();
}

// A line is raised; its handler signals the loop, whose thread calls the action, which wakes the
// thread that raised the line. `virtual_ns`: from the raise to the action.
void BM_InterruptToAction(benchmark::State& state) {
  constexpr int kLine = 5;
  kernel::Time latency = 0;
  WithGate(state, [&](IOWorkLoop* loop, IOCommandGate* gate) {
    Awaited awaited;
    IOInterruptEventSource* source = AddSource(loop, gate, &awaited);
    kernel::InterruptInstall(
        kLine, kernel::Trigger::kEdge,
        [](void* target, int) {
          static_cast<IOInterruptEventSource*>(target)->interruptOccurred(nullptr, nullptr, 0);
        },
        source);
    kernel::InterruptUnmask(kLine);
    for (auto _ : state) {
      const kernel::Time raised = kernel::Now();
      kernel::InterruptRaise(kLine);
      awaited.Wait();
      latency += awaited.at - raised;
    }
    kernel::InterruptMask(kLine);
    kernel::InterruptInstall(kLine, kernel::Trigger::kEdge, nullptr, nullptr);
    RemoveSource(loop, source);
  });
  state.counters["virtual_ns"] =
      static_cast<double>(latency) / static_cast<double>(state.iterations());
}
BENCHMARK(BM_InterruptToAction);

// Runs `body(loop, gate, source, awaited)` with as many polled sources on the loop as the argument
// says; `source` is the last.
template <typename Body>
void WithSources(benchmark::State& state, Body body) {
  WithGate(state, [&](IOWorkLoop* loop, IOCommandGate* gate) {
    Awaited awaited;
    std::vector<IOInterruptEventSource*> sources(static_cast<size_t>(state.range(0)));
    for (IOInterruptEventSource*& source : sources) source = AddSource(loop, gate, &awaited);
    body(loop, gate, sources.back(), &awaited);
    for (IOInterruptEventSource* source : sources) RemoveSource(loop, source);
  });
}

// One source signals, and the loop polls all.
void BM_SignalAmongSources(benchmark::State& state) {
  WithSources(state,
              [&](IOWorkLoop*, IOCommandGate*, IOInterruptEventSource* source, Awaited* awaited) {
                for (auto _ : state) {
                  source->interruptOccurred(nullptr, nullptr, 0);
                  awaited->Wait();
                }
              });
}
BENCHMARK(BM_SignalAmongSources)->RangeMultiplier(4)->Range(1, 256);

// An action through a gate, for which the loop does not walk its chain.
void BM_RunActionAmongSources(benchmark::State& state) {
  WithSources(state, [&](IOWorkLoop*, IOCommandGate* gate, IOInterruptEventSource*, Awaited*) {
    for (auto _ : state) benchmark::DoNotOptimize(gate->runAction(&Nothing));
  });
}
BENCHMARK(BM_RunActionAmongSources)->RangeMultiplier(4)->Range(1, 256);

// The loop walks its chain to the end, where it adds a source, and up to the source it removes.
void BM_RemoveAndAddAmongSources(benchmark::State& state) {
  WithSources(state,
              [&](IOWorkLoop* loop, IOCommandGate*, IOInterruptEventSource* source, Awaited*) {
                for (auto _ : state) {
                  loop->removeEventSource(source);
                  loop->addEventSource(source);
                }
              });
}
BENCHMARK(BM_RemoveAndAddAmongSources)->RangeMultiplier(4)->Range(1, 256);

}  // namespace
