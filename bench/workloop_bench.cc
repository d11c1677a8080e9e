// What a gate costs on the host, on the simulated machine.
#include <IOKit/IOCommandGate.h>
#include <IOKit/IOWorkLoop.h>

#include "benchmark/benchmark.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/thread.h"
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

// Runs `body(loop, gate)` on a simulated thread.
template <typename Body>
void WithGate(benchmark::State& state, Body body) {
  TimedStrategy timed;
  MachineOptions options;
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
    drydock::kernel::Mutex* mutex = drydock::kernel::MutexAlloc("bench");
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

// In the gate already: no lock changes hands.
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

// A client sleeps in the gate, another wakes it: two of each, and the gate changes hands four
// times.
void BM_CommandSleepWakeupRoundTrip(benchmark::State& state) {
  WithGate(state, [&](IOWorkLoop*, IOCommandGate* gate) {
    struct Game {
      IOCommandGate* gate;
      int turn = 0;
      bool done = false;
    } game;
    game.gate = gate;
    // Takes the ball back and waits until the other has thrown it.
    static const IOCommandGate::Action kThrow = [](OSObject*, void* argument, void* side, void*,
                                                   void*) -> IOReturn {
      auto* g = static_cast<Game*>(argument);
      const int mine = *static_cast<int*>(side);
      g->turn = 1 - mine;
      g->gate->commandWakeup(&g->turn);
      while (g->turn != mine && !g->done) g->gate->commandSleep(&g->turn, THREAD_UNINT);
      return kIOReturnSuccess;
    };
    drydock::kernel::Thread* other = drydock::kernel::ThreadStart({.name = "other"}, [&] {
      int side = 1;
      while (!game.done) gate->runAction(kThrow, &game, &side);
    });
    int side = 0;
    for (auto _ : state) gate->runAction(kThrow, &game, &side);
    game.done = true;
    gate->runAction(
        [](OSObject*, void* argument, void*, void*, void*) -> IOReturn {
          auto* g = static_cast<Game*>(argument);
          g->gate->commandWakeup(&g->turn);
          return kIOReturnSuccess;
        },
        &game);
    drydock::kernel::ThreadJoin(other);
  });
}
BENCHMARK(BM_CommandSleepWakeupRoundTrip);

}  // namespace
