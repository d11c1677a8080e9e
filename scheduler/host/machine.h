// scheduler/host/machine.h
//
// The machine behind the kernel interface when its threads are the host's own: real locks, real
// time, as many CPUs as the host has. Nothing here is deterministic and no strategy is asked.
//
// Host threads:
//   threads     | a host thread each
//   the devices | one host thread, for outside events and for interrupt handlers, which so run on a
//               | CPU that is idle otherwise
//   the timer   | one host thread, for delayed thread calls
//   the keeper  | the host thread that called Simulation::Run; waits for the end
//
// A run ends when every thread that is not a daemon has ended, when all are blocked and nothing is
// due, or by a panic. The threads that are left then leave: each blocked one is woken, each running
// one notices at its next call of the kernel, and jumps to where it began, without unwinding.
#ifndef DRYDOCK_SCHEDULER_HOST_MACHINE_H_
#define DRYDOCK_SCHEDULER_HOST_MACHINE_H_

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "absl/base/optimization.h"
#include "absl/strings/string_view.h"
#include "scheduler/host/deadlines.h"
#include "scheduler/host/futex.h"
#include "scheduler/host/interrupts.h"
#include "scheduler/host/lock.h"
#include "scheduler/host/outside_events.h"
#include "scheduler/host/thread.h"
#include "scheduler/host/thread_calls.h"
#include "scheduler/kernel/profile.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/simulation.h"
#include "trace/observer.h"

namespace drydock::host {

using kernel::ObjectId;
using kernel::Thread;
using kernel::Time;
using trace::EventKind;

// The simulated context of the calling host thread.
struct Context {
  Thread* self = nullptr;     // its thread; null on the machine's own and foreign ones
  bool in_interrupt = false;  // on the devices' or the timer's thread
  int line = 0;               // while in_interrupt
  bool claimed = true;        // InterruptClaimed
  bool interrupts_enabled = true;
  jmp_buf* leave = nullptr;  // of the machine's own threads
};
extern constinit thread_local Context context;

class Machine {
 public:
  explicit Machine(const MachineOptions& options);
  ~Machine();

  Outcome Run(std::function<void()> body);

  kernel::Profile profile() const { return profile_; }
  Time Now() const { return HostNow() - booted_; }
  // The host's clock at a time of the run's.
  Time HostTime(Time time) const { return time == 0 ? 0 : kernel::SaturatingAdd(time, booted_); }
  ObjectId NewId() { return next_id_.fetch_add(1, std::memory_order_relaxed); }

  // Publishes an event of the calling context; observers see one at a time.
  void Emit(trace::Event event);
  void Emit(EventKind kind, uint32_t other, uint64_t value, ObjectId object = 0,
            const char* name = "", const char* detail = "") {
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

  // --- Threads.

  Thread* StartThread(const kernel::ThreadOptions& options, std::function<void()> body);
  bool OthersAreAtRest();

  // --- Waiting.

  struct WaitBucket {
    RawLock lock;
    std::atomic<uint32_t> waiters{0};
    Thread* head = nullptr;
    Thread* tail = nullptr;
  };
  WaitBucket& BucketOf(const void* event) {
    const auto bits = reinterpret_cast<uintptr_t>(event);
    return waiters_[(bits >> 4 ^ bits >> 11) % waiters_.size()];
  }
  // Puts `thread` in line for `event`. The caller has locked the bucket.
  static void Link(WaitBucket& bucket, Thread* thread, const void* event);
  // The calling thread gets in line, for an uninterruptible wait without a deadline: AssertWait
  // without its choice point, for a caller that holds a lock of the machine.
  void Assert(const void* event, const kernel::WaitNote& note);
  // Takes `thread` out of the line it is in, which the caller has locked. True if it is blocked:
  // then the caller wakes it by FutexWake(&thread->wake) after it has unlocked the line, since the
  // host may give the woken thread the caller's CPU at once, and it may want the line's lock first.
  bool EndWait(WaitBucket& bucket, Thread* thread, kernel::WaitResult result);
  // Ends the waits of threads that wait for `event`: of `thread`, or if that is null of all, of the
  // first, or of the first of the highest priority. Returns how many.
  enum class Whom { kAll, kFirst, kHighest };
  int Wake(const void* event, Whom whom, kernel::WaitResult result, Thread* thread = nullptr);
  // Ends the wait of a thread that has been aborted, if its wait can be interrupted so.
  void BreakWait(Thread* thread, bool safely);
  // The calling thread, which is in line, blocks until its wait has ended.
  void Park(Thread* self);

  // --- The end.

  // The calling host thread leaves, if the run is over and the thread holds no spin lock. Checked
  // at every choice point.
  void LeaveIfStopping() {
    if (ABSL_PREDICT_FALSE(stopping_.load(std::memory_order_relaxed))) LeaveUnlessBusy();
  }
  // Ends the run.
  void Stop(Outcome::Kind kind, const char* text);
  // Where there is nowhere to leave to, the process aborts.
  [[noreturn]] void Leave();
  void AddFinding(Finding finding);
  CallStack StackHere() const;
  CallStackId StackIdHere() const;

  // Counts what can still act by itself: running threads, deadlines, interrupts on their way. While
  // it is 0 nothing more happens.
  void Busy(int change) { busy_.fetch_add(change, std::memory_order_relaxed); }

  Locks& locks() { return locks_; }
  Interrupts& interrupts() { return interrupts_; }
  DeadlineThread& devices() { return devices_; }
  DeadlineThread& timer() { return timer_; }
  ThreadCalls& thread_calls() { return thread_calls_; }
  OutsideEvents& outside() { return outside_; }

 private:
  static void* HostMain(void* thread);
  void LeaveUnlessBusy();
  void Exit(Thread* self);
  // Joins the host threads of threads that have ended.
  void Reap();
  bool NothingHappens() const;
  std::vector<BlockedThread> Blocked();

  const kernel::Profile profile_;
  const Time booted_;
  std::atomic<ObjectId> next_id_{1};

  RawLock lock_;  // guards the next three, and outcome_
  std::vector<std::unique_ptr<Thread>> threads_;
  std::vector<Thread*> to_reap_;
  std::atomic<uint32_t> unfinished_{0};  // threads that are not daemons and have not ended
  std::atomic<uint32_t> alive_{0};       // threads
  Outcome outcome_;

  std::array<WaitBucket, 256> waiters_;

  std::atomic<bool> stopping_{false};
  std::atomic<int> busy_{0};
  std::atomic<uint64_t> progress_{0};  // counts threads that began to wait or ended
  std::atomic<uint32_t> news_{0};      // for the keeper

  Locks locks_;
  ThreadCalls thread_calls_;
  DeadlineThread devices_;
  DeadlineThread timer_;
  Interrupts interrupts_;
  OutsideEvents outside_;
};

// The machine that is running, or null.
extern Machine* machine;

}  // namespace drydock::host

#endif  // DRYDOCK_SCHEDULER_HOST_MACHINE_H_
