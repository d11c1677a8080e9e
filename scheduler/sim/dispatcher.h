// scheduler/sim/dispatcher.h
//
// Which thread runs on which CPU: the highest priorities have the CPUs, first come first served
// within one, for a quantum. It owns the CPUs and the run queue, and applies what the Scheduler
// says of priorities.
//
// Invariant, whenever a step is chosen: the busy CPUs run the runnable threads of highest priority,
// except that a CPU keeps a thread that cannot be preempted: one that holds a spin lock, or that
// runs kernel code while no urgent thread is queued (MakesWay).
#ifndef DRYDOCK_SCHEDULER_SIM_DISPATCHER_H_
#define DRYDOCK_SCHEDULER_SIM_DISPATCHER_H_

#include "absl/base/attributes.h"
#include "absl/functional/function_ref.h"
#include "scheduler/sim/chooser.h"
#include "scheduler/sim/context.h"
#include "scheduler/sim/costs.h"
#include "scheduler/sim/cpu.h"
#include "scheduler/sim/ending.h"
#include "scheduler/sim/run_queue.h"
#include "scheduler/sim/scheduler.h"
#include "scheduler/sim/turnstiles.h"
#include "scheduler/simulation.h"

namespace drydock::sim {

class Dispatcher {
 public:
  // What it works with. All must outlive it.
  struct Parts {
    Context& context;
    Costs& costs;
    Chooser& chooser;
    Turnstiles& turnstiles;
    Ending& ending;
  };
  // `timeless`: every runnable thread has a CPU; the machine gets more of them, up to kMaxCpus.
  Dispatcher(const MachineOptions& options, bool timeless, const Parts& parts);

  Cpus& cpus() { return cpus_; }
  const Cpus& cpus() const { return cpus_; }
  const Scheduler& scheduler() const { return scheduler_; }

  // --- Threads come and go.

  // A thread becomes runnable; gets a CPU if one is idle or runs a thread that must make way.
  // `why` is for the trace.
  void MakeRunnable(kernel::Thread* thread, const char* why);
  // The calling thread loses its CPU and waits; it goes on with `resume`.
  void Block(kernel::Operation resume);
  // The calling thread loses its CPU and has ended.
  void Exit();
  // The calling thread goes to the tail of its queue if a thread of its priority waits for a CPU.
  // Not inline, so that the caller's stack, which waits for the switch back, stays small (RunNext).
  ABSL_ATTRIBUTE_NOINLINE void Yield();
  // The calling thread gives its CPU to a queued one, and the rest of its quantum.
  void HandOff(kernel::Thread* target);
  // Lets queued threads have the CPUs that are theirs: after a running thread has become
  // preemptible, or a queued one more important.
  void Dispatch();
  // The CPU's thread has run for its quantum. (workloop.md 7.4)
  void QuantumExpire(Cpu& cpu);

  // --- Priorities.

  // Changes what a thread's priority follows from: `change(thread)` does it.
  void ChangePolicy(kernel::Thread* thread, const char* why,
                    absl::FunctionRef<void(kernel::Thread&)> change);
  // Recomputes a thread's priority after a change of what it follows from.
  void Reprioritize(kernel::Thread* thread);
  // A thread no longer needs its floor, if it has one.
  void DropFloor(kernel::Thread* thread);

  // --- CPUs.

  // The first CPU that has nothing to do, or null. A timeless machine gets another if it must.
  Cpu* IdleCpu();
  // The CPU that would take an interrupt now, or null.
  Cpu* InterruptibleCpu();
  // Releases the CPUs that busy-wait for `address`.
  void Release(const void* address);
  // At the end of a run: what the time of all CPUs went into, up to `*until`, when the last
  // stopped.
  CpuTimes TotalCpuTimes(kernel::Time* until);

 private:
  void Enqueue(kernel::Thread* thread, bool tail) {
    run_queue_.Push(thread, tail, scheduler_.IsUrgent(*thread));
  }
  void Assign(Cpu& cpu, kernel::Thread* thread);
  void Preempt(Cpu& cpu);
  void PickNext(Cpu& cpu);
  // Whether the CPU's thread is to make way for the first in the queues, and can.
  bool MakesWay(const Cpu& cpu) const;
  void AgeQueued();
  // A thread leaves its CPU and may need a floor.
  void TakeFloor(kernel::Thread* thread);
  void EmitPriority(const kernel::Thread& thread) const;
  void EmitPolicy(const kernel::Thread& thread, const char* why) const;

  const bool timeless_;
  Cpus cpus_;
  Scheduler scheduler_;
  RunQueue run_queue_;
  Context& context_;
  Costs& costs_;
  Chooser& chooser_;
  Turnstiles& turnstiles_;
  Ending& ending_;
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_DISPATCHER_H_
