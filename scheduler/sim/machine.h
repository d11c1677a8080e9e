// scheduler/sim/machine.h
//
// The simulated computer behind the kernel interface. Machine owns its parts, one for each thing
// that has state, wires them, and moves the run from step to step:
//
//   Chooser         questions, the fast path, the schedule; and    chooser.h
//                   the Context: CPU and thread of running code    context.h
//   Dispatcher      CPUs, run queue, priorities                    dispatcher.h, cpu.h
//   Turnstiles      promotion by the waiters of mutexes            turnstiles.h
//   WaitQueues      threads that wait for events                   wait_queues.h
//   ThreadTable     all threads                                    thread_table.h, thread.h
//   InterruptLines  which lines are raised, masked, deliverable    interrupt_lines.h
//   DeadlineQueue   what is to happen at a time                    deadline_queue.h
//   OutsideEvents   what the outside world does                    outside_events.h
//   ThreadCalls     workers, and the calls they run                thread_calls.h
//   Locks           storage of mutexes, spin and read-write locks  lock.h
//   MemoryMap       locations that hooked code has touched         memory_map.h
//   Effects         what a timeless strategy is told of steps      effects.h
//   Costs           what operations cost                           costs.h
//   Ending          whether the run goes on, and its outcome       ending.h
//
// Only files of this folder include this header. Each header of the kernel interface,
// scheduler/kernel/x.h, is implemented by x.cc of this folder, on top of these parts.
//
// How a run moves. Simulated code runs on fibers and calls Step at each choice point, just before
// the operation it announces. Step adds the operation's cost to its CPU's clock and, unless nothing
// else could come first, asks the Chooser what happens next, and goes on with the answer: the fiber
// of another CPU, an interrupt, a deadline. Machine code runs on whatever fiber called it; there is
// no separate scheduler thread.
#ifndef DRYDOCK_SCHEDULER_SIM_MACHINE_H_
#define DRYDOCK_SCHEDULER_SIM_MACHINE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/optimization.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/prng.h"
#include "scheduler/sim/chooser.h"
#include "scheduler/sim/context.h"
#include "scheduler/sim/costs.h"
#include "scheduler/sim/deadline_queue.h"
#include "scheduler/sim/dispatcher.h"
#include "scheduler/sim/effects.h"
#include "scheduler/sim/ending.h"
#include "scheduler/sim/fiber.h"
#include "scheduler/sim/interrupt_lines.h"
#include "scheduler/sim/lock.h"
#include "scheduler/sim/memory_map.h"
#include "scheduler/sim/outside_events.h"
#include "scheduler/sim/thread_calls.h"
#include "scheduler/sim/thread_table.h"
#include "scheduler/sim/turnstiles.h"
#include "scheduler/sim/wait_queues.h"
#include "scheduler/simulation.h"
#include "trace/event.h"

namespace drydock::sim {

using kernel::kNever;
using kernel::ObjectId;
using kernel::Operation;
using kernel::OperationKind;
using kernel::Thread;
using kernel::Time;

class Machine {
 public:
  // All of them must outlive it. In `outcome` only the schedule's fingerprint and seed are set yet.
  Machine(const MachineOptions& options, Strategy* strategy, Outcome* outcome);
  ~Machine();

  // Boots with one thread, which runs `body`; returns when the run is over.
  void Run(std::function<void()> body);

  // --- The parts.

  Context& context() { return chooser_.context(); }
  const Context& context() const { return chooser_.context(); }
  Chooser& chooser() { return chooser_; }
  Dispatcher& dispatcher() { return dispatcher_; }
  Turnstiles& turnstiles() { return turnstiles_; }
  WaitQueues& waits() { return waits_; }
  ThreadTable& threads() { return threads_; }
  InterruptLines& lines() { return lines_; }
  DeadlineQueue& deadlines() { return deadlines_; }
  OutsideEvents& outside() { return outside_; }
  ThreadCalls& thread_calls() {
    if (thread_calls_ == nullptr) MakeThreadCalls();
    return *thread_calls_;
  }
  Locks& locks() { return locks_; }
  MemoryMap& memory() { return memory_; }
  Effects& effects() { return effects_; }

  // --- What almost every function of the kernel interface asks for.

  Cpu* cpu() const { return context().cpu(); }
  Thread* self() const { return context().self(); }
  bool in_interrupt() const { return context().in_interrupt(); }
  Time Now() const { return context().Now(); }
  bool timeless() const { return effects_.timeless(); }
  // Whether what is to happen at `deadline` happens at once. Without time it is a step of its own.
  bool HasPassed(Time deadline) const { return deadline <= Now() && !timeless(); }

  void Emit(trace::Event event) const { context().Emit(event); }
  void Emit(trace::EventKind kind, uint32_t other, uint64_t value, ObjectId object = 0,
            const char* name = "", const char* detail = "") const {
    context().Emit(kind, other, value, object, name, detail);
  }
  // Tells observers when an outside event is to happen.
  void EmitPlan(const OutsideEvent& event, Time when) const {
    Emit(trace::EventKind::kOutsidePlan, event.number(), when, event.deadline.operation.object, "",
         event.what);
  }
  ObjectId NameOf(Named what, ObjectId number = 0) const { return effects_.NameOf(what, number); }
  ObjectId NameOf(const Thread& thread) const { return effects_.NameOf(thread); }
  ObjectId NameOf(const void* address) { return effects_.NameOf(address); }
  void NoteEffect(OperationKind kind, ObjectId object) { effects_.Note(kind, object); }

  kernel::Profile profile() const { return options_.profile; }
  kernel::AccessChoices accesses() const { return options_.accesses; }
  // Whether an access is among those that are sampled.
  bool DrawsAccess() { return access_sample_->Below(options_.accesses.one_in) == 0; }
  ObjectId NewId() { return next_id_++; }

  // --- Stepping. For code on a CPU.

  // A choice point.
  void Step(OperationKind kind, ObjectId object) { Step(Operation(kind, object)); }
  void Step(Operation operation) {
    if (ABSL_PREDICT_FALSE(costs_.jitters())) return StepJittered(operation);
    Cpu& cpu = *context().cpu();
    cpu.clock += costs_.Average(operation.kind);
    if (ABSL_PREDICT_TRUE(chooser_.PassesFast(cpu))) return;
    StepSlow(operation);
  }

  // The same before an operation that would only wait while `*guard` is true.
  void StepGuarded(const bool* guard, OperationKind kind, ObjectId object) {
    (in_interrupt() ? cpu()->guard : self()->guard) = guard;
    Step(kind, object);
  }

  // Goes on with whatever comes next; returns when the caller is to go on. The caller has set its
  // pending operation. What decides has left the caller's stack when it is switched away from: with
  // thousands of threads, each line of a stack that a switch needs is a miss of the host's cache.
  void RunNext() {
    Fiber* next = NextFiber();
    if (next != fibers_.running()) fibers_.SwitchTo(next);
  }

  // Called after an operation that may have given the calling thread's CPU to another: waits until
  // the thread has a CPU again.
  void Settle() {
    if (cpu() != nullptr && !in_interrupt() && self()->cpu != cpu()) {
      self()->pending = {OperationKind::kResume, 0};
      RunNext();
    }
  }

  // Busy-waits until the address is released: the CPU does nothing else, and takes no interrupts.
  void Stall(const void* address);

  // --- Threads.

  Thread* NewThread(const kernel::ThreadOptions& options, std::function<void()> body);
  // The calling thread gives up its CPU and goes on once it has been made runnable and is chosen;
  // then does `resume`.
  void BlockSelf(Operation resume);
  [[noreturn]] void ExitSelf();
  // Ends a wait; the thread runs again if it was blocked.
  void EndWait(Thread* thread, kernel::WaitResult result);

  // An interrupt line has changed: recomputes whether it can be delivered.
  void LineChanged(int index) {
    if (lines_.Update(index, Now())) chooser_.Invalidate();
  }

  // --- Ending.

  // Whether simulated code is being run, as opposed to what comes before and after.
  bool Running() const { return ending_.running(); }
  // Stops the run; the caller never runs again.
  [[noreturn]] void Stop(Outcome::Kind kind, const char* text);
  // Stops it with nothing wrong.
  [[noreturn]] void StopQuietly();
  // Stops it with a panic, because code of the host at `code`, in the frame at `frame`, faulted.
  [[noreturn]] void StopByFault(const char* what, const void* code, const void* frame);
  // Whether the host is on a fiber of this run, and not in what comes before and after.
  bool OnFiber() const { return Running() && fibers_.running() != fibers_.host(); }

  // Puts a finding on record, as made by the calling context. One that ends the run does so, as an
  // endless one, when it next has to be decided what comes next.
  void AddFinding(Finding finding);

  // --- Stacks.

  // Whether an address lies on the stack of the code that is running.
  bool OnOwnStack(const void* address) const { return fibers_.OnRunningStack(address); }
  // Or on that of any thread or interrupt handler, or of the caller of Simulation::Run.
  bool OnAnyStack(const void* address) const;
  // Where the calling code stands; empty in the outside world. While an event is shown to observers
  // that is where the code stands whose event it is, without the observers.
  CallStack StackHere() const {
    return cpu() != nullptr ? fibers_.StackHere(context().event_frame()) : CallStack();
  }
  CallStackId StackIdHere() const {
    return cpu() != nullptr ? fibers_.StackIdHere(context().event_frame()) : 0;
  }
  // Where the code of a thread was left; for a strategy, while it answers a question.
  CallStack StackOfThread(const Thread& thread) const {
    return thread.fiber != nullptr ? fibers_.StackLeft(*thread.fiber) : CallStack();
  }

 private:
  [[noreturn]] void End(Outcome::Kind kind, const char* text);
  void StepSlow(Operation operation);
  // Step where costs jitter.
  void StepJittered(Operation operation);
  // Asks what comes next and lets it happen, until a fiber is to go on; the host's at the end.
  Fiber* NextFiber();
  // A deadline passes: the outside world acts.
  void Expire(Deadline* deadline);
  // A pending line interrupts a CPU.
  void Deliver(int line);
  // A handler has returned while its line was still raised; too often in a row is a finding.
  void CountStorm(Line& line, int index);
  void PullTriggers(const Thread* blocks);
  void MakeThreadCalls();
  Fiber* ActiveFiber(Cpu& cpu);
  static void ThreadMain(void* thread);
  static void InterruptMain(void* cpu);

  const MachineOptions& options_;
  Strategy* const strategy_;
  FiberPool& fibers_;

  Ending ending_;
  Costs costs_;
  Effects effects_;
  Chooser chooser_;
  Dispatcher dispatcher_;
  Turnstiles turnstiles_;
  WaitQueues waits_;
  ThreadTable threads_;
  DeadlineQueue deadlines_;
  InterruptLines lines_;
  OutsideEvents outside_;
  Locks locks_;
  std::unique_ptr<ThreadCalls> thread_calls_;  // made when first asked for
  MemoryMap memory_;
  absl::optional<Prng> access_sample_;  // which accesses are choice points, if they are sampled
  ObjectId next_id_ = 1;
};

// The machine that is running, or null.
extern Machine* machine;

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_MACHINE_H_
