// The simulated kernel's clock, and the ways to spend time (scheduler/kernel/clock.h).
#include "scheduler/kernel/clock.h"

#include <algorithm>

#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/wait.h"
#include "scheduler/sim/machine.h"

namespace drydock::kernel {

using sim::machine;

Time Now() {
  if (machine == nullptr) return 0;
  // Reading conflicts with steps that set the clock forward, which do not conflict with each other.
  // So here the read is the write.
  machine->NoteEffect(OperationKind::kWrite, machine->NameOf(sim::kNamedClock));
  return machine->Now();
}

// How long the code on the CPU may go on before its quantum ends, at least 1 ns.
static Time QuantumLeft(const sim::Cpu& cpu) {
  if (cpu.in_interrupt) return kNever;
  const Time until = cpu.QuantumEnd();
  return until > cpu.clock ? until - cpu.clock : 1;
}

void Delay(Time interval) {
  if (machine == nullptr || machine->cpu() == nullptr) return;
  // In slices, ever longer ones, so that other steps can come between; but at once up to where
  // nothing else can happen.
  constexpr Time kLongest = kMillisecond;
  Time slice = 10 * kMicrosecond;
  while (interval > 0) {
    const Time now = machine->Now();
    const Time quiet_until = machine->chooser().QuietUntil();
    const Time quiet = quiet_until > now ? quiet_until - now : 0;
    const Time step = std::min({interval, std::max(slice, quiet), QuantumLeft(*machine->cpu())});
    machine->cpu()->clock += step;
    interval -= step;
    slice = std::min(2 * slice, kLongest);
    machine->Step(OperationKind::kDelay, machine->NameOf(sim::kNamedClock));
  }
}

void Sleep(Time interval) {
  // An event that no thread wakes and no other thread waits for.
  const Thread* self = CurrentThread();
  const void* event = self != nullptr ? static_cast<const void*>(&self->timeout) : &machine;
  const Time now = machine != nullptr ? machine->Now() : 0;
  AssertWait(event, Interruptible::kUninterruptible,
             SaturatingAdd(now, std::max<Time>(interval, 1)), {"sleeps", "", 0, nullptr});
  ThreadBlock();
}

}  // namespace drydock::kernel
