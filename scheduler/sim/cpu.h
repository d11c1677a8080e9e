// scheduler/sim/cpu.h
//
// A simulated CPU: its clock, the thread or interrupt handler it runs, and what its time went into.
#ifndef DRYDOCK_SCHEDULER_SIM_CPU_H_
#define DRYDOCK_SCHEDULER_SIM_CPU_H_

#include "absl/container/inlined_vector.h"
#include "scheduler/kernel/operation.h"
#include "scheduler/sim/fiber.h"
#include "scheduler/sim/scheduler.h"
#include "scheduler/sim/thread.h"
#include "scheduler/simulation.h"

namespace drydock::sim {

// Invariants: `charged_until` is at most `clock`; a thread that has a CPU is in state kRunning and
// points back to it; `line`, `guard`, `interrupt_began` and `interrupt_pending` mean something only
// while `in_interrupt`.
struct Cpu {
  int16_t index = 0;
  int16_t line = 0;  // being handled
  bool interrupts_enabled = true;
  bool in_interrupt = false;
  bool claimed = true;  // InterruptClaimed
  kernel::Time clock = 0;
  kernel::Time charged_until = 0;    // up to here the thread's time is charged to its quantum
  kernel::Thread* thread = nullptr;  // null = idle, or interrupted while it was
  const void* stalled_on = nullptr;  // busy-waits until this is released; has no step meanwhile
  const bool* guard = nullptr;       // while true, the handler's pending step could only wait
  kernel::Time interrupt_began = 0;
  kernel::Operation interrupt_pending;  // what the handler does when it next steps
  Fiber* interrupt_fiber = nullptr;     // made at the first interrupt; the machine releases it
  CpuTimes spent;                       // up to charged_until, or since when it has been idle

  bool busy() const { return thread != nullptr || in_interrupt; }
  // Whether it has a next step.
  bool steps() const { return busy() && stalled_on == nullptr; }

  // What the running context does when it next steps.
  kernel::Operation& pending() { return in_interrupt ? interrupt_pending : thread->pending; }
  const kernel::Operation& pending() const {
    return in_interrupt ? interrupt_pending : thread->pending;
  }

  // Until when its thread may run before its quantum ends. Not in interrupt context.
  kernel::Time QuantumEnd() const { return charged_until + thread->quantum_left; }

  // Something happens on the CPU at `time`: its clock goes forward to that, as idle or as its
  // thread's; or back to it, and the thread's step has a remaining cost.
  void MoveTo(kernel::Time time);
  // The thread goes on with the step it was in: the clock advances by the remaining cost.
  void PayRemainingCost() {
    clock += thread->remaining_cost;
    thread->remaining_cost = 0;
  }
  // Charges the time since the last time to the thread.
  void Bill(const Scheduler& scheduler);
};

// Almost all machines have two. They never move once a thread points to one: a timeless machine,
// which grows, reserves kMaxCpus at boot.
using Cpus = absl::InlinedVector<Cpu, 2>;

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_CPU_H_
