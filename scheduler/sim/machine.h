// scheduler/sim/machine.h
//
// The simulated computer behind the kernel interface: its CPUs, its clock, who runs where, and the
// loop that asks the strategy what happens next.
//
// Only files of this folder include this header. Each header of the kernel interface,
// scheduler/kernel/x.h, is implemented by x.cc of this folder, on top of this class.
//
// How a run moves. Simulated code runs on fibers and calls Step at each choice point, just before
// the operation it announces. Step adds the operation's cost to its CPU's clock and, unless nothing
// else could come first, gathers what could happen next, asks the strategy, and goes on with the
// answer: the fiber of another CPU, an interrupt, a deadline. Machine code runs on whatever fiber
// called it; there is no separate scheduler thread.
//
// Invariant: at every step the busy CPUs run the highest-priority runnable threads, but for those
// that cannot be preempted: that hold a spin lock, or run kernel code while nobody urgent waits
// (MakesWay).
#ifndef DRYDOCK_SCHEDULER_SIM_MACHINE_H_
#define DRYDOCK_SCHEDULER_SIM_MACHINE_H_

#include <array>
#include <memory>
#include <vector>

#include "absl/base/optimization.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/prng.h"
#include "scheduler/sim/deadline_queue.h"
#include "scheduler/sim/fiber.h"
#include "scheduler/sim/lock.h"
#include "scheduler/sim/memory_map.h"
#include "scheduler/sim/outside_events.h"
#include "scheduler/sim/pool.h"
#include "scheduler/sim/run_queue.h"
#include "scheduler/sim/scheduler.h"
#include "scheduler/sim/thread.h"
#include "scheduler/sim/thread_calls.h"
#include "scheduler/simulation.h"
#include "scheduler/thread_report.h"
#include "trace/event.h"
#include "trace/observer.h"

namespace drydock::sim {

using kernel::ObjectId;
using kernel::Operation;
using kernel::OperationKind;
using kernel::Thread;
using kernel::Time;

using kernel::kNever;

struct Cpu {
  int16_t index = 0;
  int16_t line = 0;  // being handled, while in_interrupt
  bool interrupts_enabled = true;
  bool in_interrupt = false;
  bool claimed = true;  // InterruptClaimed
  Time clock = 0;
  Time charged_until = 0;            // up to here the thread's time has been charged to its quantum
  Thread* thread = nullptr;          // null = idle
  const void* stalled_on = nullptr;  // spins until this is released; not an alternative meanwhile
  const bool* guard = nullptr;       // as a thread's, of what the interrupt handler does next
  Time interrupt_began = 0;
  Operation interrupt_pending;       // what the handler does when it next steps
  Fiber* interrupt_fiber = nullptr;  // made at the first interrupt
  CpuTimes spent;                    // up to charged_until, or since when it has been idle

  bool busy() const { return thread != nullptr || in_interrupt; }
  // Whether it has a next step.
  bool steps() const { return busy() && stalled_on == nullptr; }
};

struct Line {
  kernel::Trigger trigger = kernel::Trigger::kEdge;
  kernel::InterruptHandler handler = nullptr;
  void* target = nullptr;
  bool masked = true;
  bool raised = false;
  bool active = false;  // its handler runs on some CPU
  Time since = 0;       // when it became deliverable
  int in_a_row = 0;     // how often it was still raised when its handler returned

  bool deliverable() const { return raised && !masked && !active && handler != nullptr; }
};

// What has no id of its own is named, where the strategy enumerates orders, by one of these and a
// number: operations on it conflict.
enum Named : ObjectId {
  kNamedThread = 0xc0000000,   // by its id: what others know of it
  kNamedAddress = 0xd0000000,  // by order of first use: an event
  kNamedLine = 0xe0000000,     // of interrupts
  kNamedCalls = 0xe1000000,    // thread calls of a priority
  kNamedThreads = 0xe2000000,  // how many there are: it is what names the next one
  kNamedClock = 0xe3000000,
  kNamedAbort = 0xe4000000,  // of a thread: whether one is pending
};

// One past the lines drivers see: the CPUs' own timer.
inline constexpr int kTimerLine = kernel::kInterruptLines;

class Machine {
 public:
  // All of them must outlive it. In `outcome` nothing is set yet but whose schedule it is.
  Machine(const MachineOptions& options, Strategy* strategy, Outcome* outcome);
  ~Machine();

  void Run(std::function<void()> body);

  // --- Context.

  // Where the calling code runs: null in the outside world.
  Cpu* cpu() const { return current_; }
  // The thread whose code it is; in interrupt context the one that was interrupted.
  Thread* self() const { return self_; }
  // Whether simulated code is being run, as opposed to what comes before and after.
  bool Running() const { return !stopped_ && started_; }
  bool in_interrupt() const { return current_ != nullptr && current_->in_interrupt; }
  Time Now() const { return current_ != nullptr ? current_->clock : now_; }
  const CostModel& costs() const { return options_.costs; }
  kernel::Profile profile() const { return options_.profile; }
  kernel::AccessChoices accesses() const { return options_.accesses; }
  // Whether an access is among those that are sampled.
  bool DrawsAccess() { return access_sample_->Below(options_.accesses.one_in) == 0; }

  // Publishes an event of the calling context.
  void Emit(trace::Event event) const;
  void Emit(trace::EventKind kind, uint32_t other, uint64_t value, ObjectId object = 0,
            const char* name = "", const char* detail = "") const {
    if (!trace::Observed(kind)) return;
    trace::Event event;
    event.kind = kind;
    event.other = other;
    event.value = value;
    event.object = object;
    event.name = name;
    event.detail = detail;
    Emit(event);
  }

  // --- Stepping. For code on a CPU.

  // A choice point.
  void Step(OperationKind kind, ObjectId object) { Step(Operation(kind, object)); }
  void Step(Operation operation) {
    Cpu& cpu = *current_;
    cpu.clock += Cost(options_.costs[operation.kind]);
    if (ABSL_PREDICT_TRUE(cpu.clock < fast_until_)) {
      ++fast_steps_;
      return;
    }
    StepSlow(operation);
  }

  // The same before an operation that would only wait while `*guard` is true.
  void StepGuarded(const bool* guard, OperationKind kind, ObjectId object) {
    (in_interrupt() ? current_->guard : self_->guard) = guard;
    Step(kind, object);
  }

  // --- Timeless (Strategy::timeless).

  bool timeless() const { return timeless_; }

  // Whether what is to happen at `deadline` happens at once. Without time it is a step of its own.
  bool HasPassed(Time deadline) const { return deadline <= Now() && !timeless_; }

  // The id for operations on what has none: 0, which conflicts with nothing, unless orders are
  // enumerated.
  ObjectId NameOf(Named what, ObjectId number = 0) const { return timeless_ ? what | number : 0; }
  ObjectId NameOf(const Thread& thread) const { return NameOf(kNamedThread, thread.id); }
  ObjectId NameOf(const void* address) { return timeless_ ? NameOfAddress(address) : 0; }

  // The step in progress does this too, which no choice point announced.
  void NoteEffect(OperationKind kind, ObjectId object) {
    if (ABSL_PREDICT_FALSE(sees_every_step_)) strategy_->NoteEffect({kind, object});
  }

  // Goes on with whatever comes next; returns when the caller is to go on. The caller has set its
  // pending operation. What decides has left the caller's stack when it is switched away from: with
  // thousands of threads, each line of a stack that a switch needs is a miss of the host's cache.
  void RunNext() {
    Fiber* next = NextFiber();
    if (next != fibers_.running()) fibers_.SwitchTo(next);
  }

  // Called after an operation that may have given the calling thread's CPU to another: waits for
  // its turn.
  void Settle() {
    if (current_ != nullptr && !current_->in_interrupt && self_->cpu != current_) {
      self_->pending = {OperationKind::kResume, 0};
      RunNext();
    }
  }

  // Says that what could happen next has changed, other than by a step of the running context.
  void InvalidateChoices() {
    fast_until_ = 0;
    gathered_ = false;
  }

  // Until when the calling CPU goes on alone, whatever the strategy: until the next CPU, deadline
  // or quantum end.
  Time QuietUntil() const;

  // How long the calling thread may go on before its quantum ends, at least 1 ns.
  Time QuantumLeft() const;

  // Busy-waits until Release(address): the CPU does nothing else but serve no interrupts either.
  void Stall(const void* address);
  void Release(const void* address);

  // --- The dispatcher.

  Thread* NewThread(const kernel::ThreadOptions& options, std::function<void()> body);
  // A thread becomes runnable; gets a CPU if one is idle or runs something that must make way.
  // `why` for the trace.
  void MakeRunnable(Thread* thread, const char* why);
  // The calling thread gives up its CPU and goes on once it has been made runnable and is chosen;
  // then does `resume`.
  void BlockSelf(Operation resume);
  [[noreturn]] void ExitSelf();
  // The calling thread goes to the end of its queue if anybody of its priority waits.
  void YieldSelf();
  // The calling thread gives its CPU to a queued one, and the rest of its quantum.
  void HandOff(Thread* target);
  // Lets queued threads have the CPUs that are theirs: after something has made a running thread
  // preemptible, or a queued one more important.
  void Dispatch();

  bool OthersAreAtRest() const;

  // --- The oversight.

  Scheduler& scheduler() { return scheduler_; }
  // Changes what a thread's priority follows from: `change(thread)` does it.
  void ChangePolicy(Thread* thread, const char* why, absl::FunctionRef<void(Thread&)> change);
  // Something has changed that a thread's priority follows from.
  void Reprioritize(Thread* thread);
  // The waiters of a lock have changed: `inheritor` has their push now; or nobody, if it is null.
  void PushInheritor(kernel::Mutex* mutex, Thread* inheritor);
  // Frees a mutex, and wakes who has it next. No choice point.
  void ReleaseMutex(kernel::Mutex* mutex);
  // A thread that has the floor no longer needs it.
  void DropFloor(Thread* thread);

  // --- Waiting.

  void LinkWaiter(Thread* thread, const void* event);
  // Ends a wait; the thread runs again if it was blocked.
  void EndWait(Thread* thread, kernel::WaitResult result);
  // First in line among those who wait for `event`; or, `by_priority`, the first of the highest
  // priority. Or null.
  Thread* FindWaiter(const void* event, bool by_priority);

  DeadlineQueue& deadlines() { return deadlines_; }

  // --- Outside events that wait for a thread to block or for a choice point.

  void AddTrigger(OutsideEvent* event);
  void RemoveTrigger(OutsideEvent* event);

  // --- Interrupts.

  Line& line(int index) {
    if (index == kTimerLine) return timer_line_;
    if (lines_ == nullptr) lines_ = std::make_unique<Lines>();
    return lines_->all[static_cast<size_t>(index)];
  }
  // Recomputes whether the line can be delivered.
  void LineChanged(int index);

  // --- Ending.

  // Stops the run; the caller never runs again.
  [[noreturn]] void Stop(Outcome::Kind kind, const char* text);

  // Stops it with nothing wrong.
  [[noreturn]] void StopQuietly();

  // Stops it as endless when it next has to be decided what comes next.
  void GiveUp(const char* why);

  // Stops it with a panic, because code of the host at `code`, in the frame at `frame`, faulted.
  [[noreturn]] void StopByFault(const char* what, const void* code, const void* frame);
  // Whether the host is on a fiber of this run, and not in what comes before and after.
  bool OnFiber() const { return Running() && fibers_.running() != fibers_.host(); }

  // Puts a broken rule on record.
  void AddFinding(const char* name, absl::string_view sentence,
                  std::vector<kernel::Evidence> evidence);

  // See scheduler/thread_report.h.
  std::vector<ThreadReport> ReportThreads();
  CallStack StackOfThread(kernel::ThreadId id) const;

  // Whether an address lies on the stack of the code that is running.
  bool OnOwnStack(const void* address) const { return fibers_.OnRunningStack(address); }
  // Or on that of any thread or interrupt handler, or of who runs the simulation.
  bool OnAnyStack(const void* address) const;

  // Where the calling code stands; empty in the outside world.
  CallStack StackHere() const {
    return current_ != nullptr ? fibers_.StackOf(*fibers_.running()) : CallStack();
  }

  CallStackId StackIdHere() const { return current_ != nullptr ? fibers_.StackIdHere() : 0; }

  ObjectId NewId() { return next_id_++; }

  MemoryMap& memory() { return memory_; }
  ThreadCalls& thread_calls() {
    if (thread_calls_ == nullptr) MakeThreadCalls();
    return *thread_calls_;
  }
  Locks& locks() { return locks_; }
  OutsideEvents& outside() { return outside_; }

 private:
  [[noreturn]] void End(Outcome::Kind kind, const char* text);

  // What something costs this time that costs `time` on average.
  Time Cost(Time time) {
    return ABSL_PREDICT_TRUE(options_.costs.jitter_percent == 0) ? time : Jittered(time);
  }
  Time Jittered(Time time);
  void StepSlow(Operation operation);
  ObjectId NameOfAddress(const void* address);
  // The first CPU that has nothing to do, or null. A timeless machine gets another if it must.
  Cpu* IdleCpu();
  // Whether what the CPU does next is nothing but to wait.
  bool MustWait(const Cpu& cpu) const;
  // Asks what comes next, lets it happen, until it is the turn of a fiber; the host's at the end.
  Fiber* NextFiber();
  // Collects what could happen next, in order.
  void Gather();
  // The same when nothing has but the last choice, a CPU's step; false if that is not enough.
  bool GatherStep();
  // Moves that step, which is later now, to its place among the alternatives.
  void MoveStep();
  // The strategy's answer, an index into alternatives_; sets stopped_ if the run cannot go on.
  size_t Ask();
  void FlushFast() {
    fast_until_ = 0;
    if (fast_steps_ > 0) FlushFastSteps();
  }
  void FlushFastSteps();
  void StopEndless();
  // Makes due the outside events that wait for this choice point or, if it is not null, for
  // `blocks` to block.
  void PullTriggers(const Thread* blocks);
  void SetFastPath();
  void Deliver(int line);
  void CountStorm(Line& line, int index);
  void Expire(Deadline* deadline);
  void Bill(Cpu& cpu);
  // Something happens on the CPU at `time`: its clock goes on to that, as idle or as its thread's;
  // or goes back to it, and the thread owes the rest of the step it was in.
  void Interrupt(Cpu& cpu, Time time);
  static void Repay(Cpu& cpu);
  CpuTimes TotalCpuTimes();
  void QuantumExpire(Cpu& cpu);
  void AgeQueued();
  void Assign(Cpu& cpu, Thread* thread);
  void Enqueue(Thread* thread, bool tail) {
    run_queue_.Push(thread, tail, scheduler_.IsUrgent(*thread));
  }
  void Preempt(Cpu& cpu);
  void PickNext(Cpu& cpu);
  static void WarmUp(const Thread& first);
  // Whether the CPU's thread is to make way for the first in the queues, and can.
  bool MakesWay(const Cpu& cpu) const;
  // A thread leaves its CPU and may need a floor.
  void TakeFloor(Thread* thread);
  void PushOwner(kernel::Mutex* mutex);
  void UpdatePush(Thread* thread);
  void EmitPriority(const Thread& thread) const;
  void EmitPolicy(const Thread& thread, const char* why) const;
  void GrowWaitBuckets();
  void MakeThreadCalls();
  // The calling thread gives up the funnel it holds while it blocks.
  kernel::Funnel DropFunnel();
  void RetakeFunnel(kernel::Funnel funnel);
  // The CPU that would take an interrupt now, or null.
  Cpu* InterruptibleCpu();
  Fiber* ActiveFiber(Cpu& cpu);
  std::vector<BlockedThread> Blocked() const;
  static void ThreadMain(void* thread);
  static void InterruptMain(void* cpu);

  struct WaitBucket {
    Thread* head = nullptr;
    Thread* tail = nullptr;
  };
  WaitBucket& BucketOf(const void* event) {
    const auto bits = reinterpret_cast<uintptr_t>(event);
    return waiters_[(bits >> 4 ^ bits >> 11) & (waiters_.size() - 1)];
  }

  const MachineOptions& options_;
  Strategy* const strategy_;
  const bool follows_time_;
  const bool timeless_;
  const bool sees_every_step_;
  FiberPool& fibers_;

  absl::InlinedVector<Cpu, 2> cpus_;
  Time now_ = 0;            // no step from here on happens earlier
  Cpu* current_ = nullptr;  // whose code is running
  Thread* self_ = nullptr;
  Operation* pending_ = nullptr;  // of the running context

  // The running CPU may take choice points without asking while its clock is below this.
  Time fast_until_ = 0;
  uint64_t fast_steps_ = 0;         // taken so since the last question
  uint32_t fast_alternatives_ = 1;  // that each of them would have had

  uint64_t choice_points_ = 0;  // so far, without the fast_steps_

  absl::flat_hash_map<const void*, ObjectId> addresses_;  // that have a name

  absl::optional<Prng> jitter_;         // of costs, if they do
  absl::optional<Prng> access_sample_;  // which are choice points, if they are sampled
  absl::InlinedVector<Alternative, 8> alternatives_;  // what could happen next
  size_t chosen_ = 0;                                 // the one that did
  bool gathered_ = false;                             // nothing else has changed since
  Time first_left_out_ = kNever;                      // of the CPUs' steps, beyond the horizon

  Scheduler scheduler_;
  RunQueue run_queue_;
  absl::InlinedVector<std::unique_ptr<Thread>, 8> threads_;  // never removed
  int unfinished_ = 0;  // threads that are not daemons and have not exited
  absl::InlinedVector<WaitBucket, 16> waiters_{4};  // a power of two, about as many as threads
  DeadlineQueue deadlines_;
  struct Lines : Recycled<Lines> {
    std::array<Line, kTimerLine> all;
  };
  std::unique_ptr<Lines> lines_;  // made when one is first asked for
  Line timer_line_;
  std::array<uint64_t, 3> deliverable_ = {};  // bitmap over lines_
  Locks locks_;
  OutsideEvents outside_;
  std::vector<OutsideEvent*> triggers_;        // in order of their scheduling
  std::unique_ptr<ThreadCalls> thread_calls_;  // made when first asked for
  MemoryMap memory_;

  ObjectId next_id_ = 1;
  bool started_ = false;
  bool stopped_ = false;
  const char* given_up_ = nullptr;  // why
  Outcome& outcome_;
  Schedule& schedule_;  // the outcome's
};

// The machine that is running, or null.
extern Machine* machine;

// What a timeless machine is made with.
MachineOptions Timeless(const MachineOptions& options);

// What a thread that waits waits for.
std::string WaitText(const Thread& thread);

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_MACHINE_H_
