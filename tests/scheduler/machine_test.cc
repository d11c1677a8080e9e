// The machine through the kernel interface.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/outside.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/per_boot.h"
#include "scheduler/kernel/profile.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/thread_call.h"
#include "scheduler/kernel/wait.h"
#include "tests/drydock_test.h"

namespace drydock::kernel {
namespace {

constexpr WaitNote kNote = {"waits for the test", "", 0, nullptr};

TEST(Machine, WithNoRunChoicePointsAndClockDoNothing) {
  ChoicePoint(OperationKind::kAtomic, 1);
  EXPECT_EQ(Now(), 0u);
  EXPECT_EQ(CurrentThread(), nullptr);
  EXPECT_FALSE(MayBlock());
}

DRYDOCK_TEST(Machine, BodyRunsOnAThreadNamedMain) {
  ASSERT_NE(CurrentThread(), nullptr);
  EXPECT_STREQ(ThreadName(CurrentThread()), "main");
  EXPECT_EQ(ThreadIdOf(CurrentThread()), 1u);
  EXPECT_TRUE(MayBlock());
}

DRYDOCK_TEST(Machine, ProfileIsModernUnlessAskedFor) {
  EXPECT_EQ(CurrentProfile(), Profile::kModern);
}

DRYDOCK_TEST_ON(Machine, ProfileIsThatOfTheMachine, MachineOptions{.profile = Profile::kHistoric}) {
  EXPECT_EQ(CurrentProfile(), Profile::kHistoric);
}

DRYDOCK_TEST(Machine, SleepTakesAtLeastItsTimeAndNoHostTime) {
  const Time before = Now();
  Sleep(30 * kSecond);
  EXPECT_GE(Now() - before, 30 * kSecond);
  EXPECT_LT(Now() - before, 30 * kSecond + kMillisecond);
}

DRYDOCK_TEST(Machine, JoinWaitsForTheThreadsEnd) {
  bool ended = false;
  Thread* thread = ThreadStart({.name = "worker"}, [&] {
    Sleep(kMillisecond);
    ended = true;
  });
  ThreadJoin(thread);
  EXPECT_TRUE(ended);
  ThreadJoin(thread);  // of a thread that has ended: at once
}

DRYDOCK_TEST(Machine, MutexExcludes) {
  Mutex* mutex = MutexAlloc("test");
  int inside = 0, entries = 0;
  std::vector<Thread*> threads;
  for (int i = 0; i < 4; ++i) {
    threads.push_back(ThreadStart({.name = "contender", .priority = 40 + i * 15}, [&] {
      for (int round = 0; round < 5; ++round) {
        MutexLock(mutex);
        EXPECT_EQ(++inside, 1);
        ChoicePoint(OperationKind::kAtomic, 0);
        Delay(kMicrosecond);
        EXPECT_EQ(--inside, 0);
        ++entries;
        MutexUnlock(mutex);
      }
    }));
  }
  for (Thread* thread : threads) ThreadJoin(thread);
  EXPECT_EQ(entries, 20);
  EXPECT_TRUE(MutexTryLock(mutex));
  EXPECT_FALSE(MutexTryLock(mutex));
  MutexUnlock(mutex);
  MutexFree(mutex);
}

DRYDOCK_TEST(Machine, WakeupsAreNotRemembered) {
  const int event = 0;
  EXPECT_EQ(ThreadWakeup(&event, false), 0);
  EXPECT_EQ(AssertWait(&event, Interruptible::kUninterruptible, Now() + kMillisecond, kNote),
            WaitResult::kWaiting);
  EXPECT_EQ(ThreadBlock(), WaitResult::kTimedOut);
}

DRYDOCK_TEST(Machine, WakeupBetweenAssertAndBlockIsNotLost) {
  const int event = 0;
  AssertWait(&event, Interruptible::kUninterruptible, 0, kNote);
  Thread* waker = ThreadStart({.name = "waker"}, [&] { EXPECT_EQ(ThreadWakeup(&event, true), 1); });
  EXPECT_EQ(ThreadBlock(), WaitResult::kAwakened);
  ThreadJoin(waker);
}

DRYDOCK_TEST(Machine, WakeOneTakesTheOldestWaiter) {
  const int event = 0;
  std::vector<int> order;
  std::vector<Thread*> threads;
  for (int i = 0; i < 3; ++i) {
    threads.push_back(ThreadStart({.name = "sleeper"}, [&, i] {
      AssertWait(&event, Interruptible::kUninterruptible, 0, kNote);
      ThreadBlock();
      order.push_back(i);
    }));
    Sleep(kMillisecond);  // so that they wait in this order
  }
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ThreadWakeup(&event, true), 1);
    Sleep(kMillisecond);
  }
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
  for (Thread* thread : threads) ThreadJoin(thread);
}

DRYDOCK_TEST(Machine, PastDeadlineTimesOutAtOnce) {
  const int event = 0;
  Delay(kMicrosecond);
  AssertWait(&event, Interruptible::kUninterruptible, 1, kNote);
  EXPECT_EQ(ThreadBlock(), WaitResult::kTimedOut);
}

DRYDOCK_TEST(Machine, SafeAbortIsOneShotAndTerminationSticky) {
  const int event = 0;
  Thread* sleeper = ThreadStart({.name = "sleeper"}, [&] {
    AssertWait(&event, Interruptible::kAbortSafe, 0, kNote);
    EXPECT_EQ(ThreadBlock(), WaitResult::kInterrupted);
    // Consumed: the next wait is a real one.
    AssertWait(&event, Interruptible::kAbortSafe, Now() + kMillisecond, kNote);
    EXPECT_EQ(ThreadBlock(), WaitResult::kTimedOut);
    Sleep(10 * kMillisecond);
    EXPECT_EQ(AssertWait(&event, Interruptible::kInterruptible, 0, kNote),
              WaitResult::kInterrupted);
    EXPECT_EQ(AssertWait(&event, Interruptible::kInterruptible, 0, kNote),
              WaitResult::kInterrupted);
  });
  Sleep(kMillisecond);
  ThreadAbort(sleeper, /*safely=*/true);
  Sleep(5 * kMillisecond);
  ThreadAbort(sleeper, /*safely=*/false);
  ThreadJoin(sleeper);
}

DRYDOCK_TEST(Machine, OutsideEventHappensAtItsTimeAndCanBeTakenBack) {
  struct State {
    Time at = 0;
    int count = 0;
  } state;
  const auto function = [](void* context) {
    auto* s = static_cast<State*>(context);
    s->at = Now();
    ++s->count;
    EXPECT_EQ(CurrentThread(), nullptr);
    EXPECT_FALSE(MayBlock());
  };
  const Time when = Now() + kMillisecond;
  OutsideSchedule(when, "test", 0, function, &state);
  const OutsideHandle other = OutsideSchedule(when, "test", 0, function, &state);
  EXPECT_TRUE(OutsideCancel(other));
  EXPECT_FALSE(OutsideCancel(other));
  Sleep(2 * kMillisecond);
  EXPECT_EQ(state.count, 1);
  EXPECT_GE(state.at, when);
}

DRYDOCK_TEST(Machine, OutsideEventHappensWhenAThreadBlocks) {
  struct State {
    int event = 0;
    int fired = 0;
    Thread* sleeper = nullptr;
  } state;
  state.sleeper = ThreadStart({.name = "sleeper"}, [&] {
    Sleep(kMillisecond);
    AssertWait(&state.event, Interruptible::kUninterruptible, 0, kNote);
    ThreadBlock();
  });
  Sleep(500 * kMicrosecond);
  EXPECT_TRUE(ThreadIsBlocked(state.sleeper));
  const auto wake = [](void* argument) {
    auto* s = static_cast<State*>(argument);
    ++s->fired;
    EXPECT_TRUE(ThreadIsBlocked(s->sleeper));
    EXPECT_EQ(ThreadWakeup(&s->event, true), 1);
  };
  OutsideScheduleAtBlock(state.sleeper, "test", 0, wake, &state);
  const OutsideHandle other = OutsideScheduleAtBlock(CurrentThread(), "test", 0, wake, &state);
  EXPECT_TRUE(OutsideCancel(other));
  EXPECT_FALSE(OutsideCancel(other));
  ThreadJoin(state.sleeper);
  EXPECT_EQ(state.fired, 1);
}

DRYDOCK_TEST(Machine, OutsideEventHappensAtItsChoicePoint) {
  int fired = 0;
  const auto count = [](void* argument) { ++*static_cast<int*>(argument); };
  OutsideScheduleAtChoicePoint(30, "test", 0, count, &fired);
  const OutsideHandle never = OutsideScheduleAtChoicePoint(1'000'000, "test", 0, count, &fired);
  EXPECT_EQ(fired, 0);
  for (int i = 0; i < 100; ++i) ChoicePoint(OperationKind::kAtomic, 0);
  Sleep(kMillisecond);
  EXPECT_EQ(fired, 1);
  EXPECT_TRUE(OutsideCancel(never));
}

struct Device {
  int handled = 0;
  bool in_interrupt_context = false;
};

DRYDOCK_TEST(Machine, EdgeInterruptRunsInInterruptContext) {
  Device device;
  InterruptInstall(
      5, Trigger::kEdge,
      [](void* target, int line) {
        auto* d = static_cast<Device*>(target);
        ++d->handled;
        d->in_interrupt_context = InInterruptContext();
        EXPECT_EQ(line, 5);
        EXPECT_FALSE(MayBlock());
        EXPECT_FALSE(InterruptActiveElsewhere(5));
      },
      &device);
  InterruptRaise(5);
  Sleep(kMillisecond);
  EXPECT_EQ(device.handled, 0);  // installed masked
  InterruptUnmask(5);
  Sleep(kMillisecond);
  EXPECT_EQ(device.handled, 1);  // it stayed pending
  EXPECT_TRUE(device.in_interrupt_context);
  InterruptRaise(5);
  Sleep(kMillisecond);
  EXPECT_EQ(device.handled, 2);
  InterruptInstall(5, Trigger::kEdge, nullptr, nullptr);
}

DRYDOCK_TEST(Machine, LevelInterruptIsDeliveredUntilLowered) {
  Device device;
  InterruptInstall(
      7, Trigger::kLevel,
      [](void* target, int line) {
        if (++static_cast<Device*>(target)->handled == 3) InterruptLower(line);
      },
      &device);
  InterruptUnmask(7);
  InterruptRaise(7);
  Sleep(kMillisecond);
  EXPECT_EQ(device.handled, 3);
}

DRYDOCK_TEST(Machine, DisabledInterruptsWait) {
  Device device;
  InterruptInstall(
      1, Trigger::kEdge, [](void* target, int) { ++static_cast<Device*>(target)->handled; },
      &device);
  InterruptUnmask(1);
  SpinLock* lock = SpinLockAlloc("test");
  const bool enabled = SpinLockLockDisableInterrupts(lock);
  EXPECT_TRUE(enabled);
  EXPECT_FALSE(MayBlock());
  SpinLockUnlockRestoreInterrupts(lock, enabled);
  InterruptRaise(1);
  Sleep(kMillisecond);
  EXPECT_EQ(device.handled, 1);
  SpinLockFree(lock);
}

DRYDOCK_TEST(Machine, SpinLockExcludesThreads) {
  SpinLock* lock = SpinLockAlloc("test");
  int inside = 0;
  std::vector<Thread*> threads;
  for (int i = 0; i < 3; ++i) {
    threads.push_back(ThreadStart({.name = "spinner", .priority = 60 + i}, [&] {
      for (int round = 0; round < 5; ++round) {
        SpinLockLock(lock);
        EXPECT_EQ(++inside, 1);
        ChoicePoint(OperationKind::kAtomic, 0);
        EXPECT_EQ(--inside, 0);
        SpinLockUnlock(lock);
      }
    }));
  }
  for (Thread* thread : threads) ThreadJoin(thread);
  SpinLockFree(lock);
}

struct Calls {
  int count = 0;
  Time at = 0;
  int priority = 0;
  Time hold = 0;
  int running = 0;
  int most_running = 0;
};

void CountCall(void* parameter0, void*) {
  auto* calls = static_cast<Calls*>(parameter0);
  ++calls->count;
  calls->most_running = std::max(calls->most_running, ++calls->running);
  calls->at = Now();
  calls->priority = CurrentThread() != nullptr ? ThreadPriority(CurrentThread()) : 0;
  if (calls->hold > 0) Sleep(calls->hold);
  --calls->running;
}

DRYDOCK_TEST(ThreadCall, RunsOnAWorkerOfItsPriority) {
  Calls calls;
  ThreadCall* call =
      ThreadCallAllocate(&CountCall, &calls, ThreadCallPriority::kKernelHigh, kThreadCallOnce);
  EXPECT_FALSE(ThreadCallEnter(call, nullptr));
  Sleep(kMillisecond);
  EXPECT_EQ(calls.count, 1);
  EXPECT_EQ(calls.priority, BASEPRI_PREEMPT);
  EXPECT_TRUE(ThreadCallFree(call));
}

DRYDOCK_TEST(ThreadCall, DelayedIsNeverEarlyAndCanBeMovedAndCancelled) {
  Calls calls;
  ThreadCall* call =
      ThreadCallAllocate(&CountCall, &calls, ThreadCallPriority::kHigh, kThreadCallOnce);
  const Time deadline = Now() + 2 * kMillisecond;
  EXPECT_FALSE(ThreadCallEnterDelayed(call, nullptr, Now() + 50 * kMillisecond));
  EXPECT_TRUE(ThreadCallEnterDelayed(call, nullptr, deadline));
  Sleep(5 * kMillisecond);
  EXPECT_EQ(calls.count, 1);
  EXPECT_GE(calls.at, deadline);
  EXPECT_FALSE(ThreadCallCancel(call));
  EXPECT_FALSE(ThreadCallEnterDelayed(call, nullptr, Now() + kMillisecond));
  EXPECT_FALSE(ThreadCallFree(call));  // pending
  EXPECT_TRUE(ThreadCallCancel(call));
  Sleep(5 * kMillisecond);
  EXPECT_EQ(calls.count, 1);
  EXPECT_TRUE(ThreadCallFree(call));
}

// At which priorities calls of all eight classes run.
std::vector<int> WorkerPriorities() {
  static std::vector<int> priorities;
  priorities.clear();
  for (int priority = 0; priority < kThreadCallPriorities; ++priority) {
    ThreadCall* call = ThreadCallAllocate(
        [](void*, void*) { priorities.push_back(ThreadPriority(CurrentThread())); }, nullptr,
        static_cast<ThreadCallPriority>(priority), 0);
    ThreadCallEnter(call, nullptr);
    Sleep(kMillisecond);
    ThreadCallFree(call);
  }
  return priorities;
}

DRYDOCK_TEST(ThreadCall, EachPriorityHasWorkersOfItsOwn) {
  EXPECT_EQ(WorkerPriorities(), (std::vector<int>{93, 81, 31, 4, 92, 47, 37, 20}));
}

DRYDOCK_TEST_2003(ThreadCall, AllShareOneGroupAt94) {
  EXPECT_EQ(WorkerPriorities(), std::vector<int>(kThreadCallPriorities, 94));
}

// Also one entered as the last worker is about to go to sleep.
DRYDOCK_TEST(ThreadCall, EveryEnteredCallRuns) {
  Calls calls;
  ThreadCall* call =
      ThreadCallAllocate(&CountCall, &calls, ThreadCallPriority::kKernel, kThreadCallOnce);
  for (int round = 1; round <= 20; ++round) {
    ThreadCallEnter(call, nullptr);
    for (int pause = 0; calls.count < round && pause < 100; ++pause) Sleep(kMicrosecond);
    // (A schedule may hold the worker up for as long as something happens every microsecond.)
    if (calls.count < round) Sleep(kMillisecond);
    ASSERT_EQ(calls.count, round);
  }
  EXPECT_TRUE(ThreadCallFree(call));
}

DRYDOCK_TEST(ThreadCall, OnceEnteredWhileRunningRunsAfterwards) {
  Calls calls;
  calls.hold = kMillisecond;
  ThreadCall* call =
      ThreadCallAllocate(&CountCall, &calls, ThreadCallPriority::kKernelHigh, kThreadCallOnce);
  ThreadCallEnter(call, nullptr);
  Sleep(500 * kMicrosecond);
  EXPECT_EQ(calls.running, 1);
  EXPECT_FALSE(
      ThreadCallEnter(call, nullptr));  // (workloop.md 4.6: pending only from the second on)
  EXPECT_TRUE(ThreadCallEnter(call, nullptr));
  Sleep(10 * kMillisecond);
  EXPECT_EQ(calls.count, 2);
  EXPECT_EQ(calls.most_running, 1);
  EXPECT_TRUE(ThreadCallFree(call));
}

DRYDOCK_TEST(ThreadCall, SC23ASecondWorkerStartsOnlyWhenTheFirstBlocks) {
  Calls blocking, quick;
  blocking.hold = 5 * kMillisecond;
  ThreadCall* first =
      ThreadCallAllocate(&CountCall, &blocking, ThreadCallPriority::kKernelHigh, kThreadCallOnce);
  ThreadCall* second =
      ThreadCallAllocate(&CountCall, &quick, ThreadCallPriority::kKernelHigh, kThreadCallOnce);
  ThreadCallEnter(first, nullptr);
  ThreadCallEnter(second, nullptr);
  Sleep(kMillisecond);
  EXPECT_EQ(blocking.running, 1);  // asleep in the call
  EXPECT_EQ(quick.count, 1);
  ThreadCallCancelWait(first);
  EXPECT_EQ(blocking.running, 0);
  EXPECT_TRUE(ThreadCallFree(first));
  EXPECT_TRUE(ThreadCallFree(second));
}

DRYDOCK_TEST(ThreadCall, SignalRunsInInterruptContext) {
  struct State {
    bool in_interrupt = false;
    int count = 0;
  } state;
  ThreadCall* call = ThreadCallAllocate(
      [](void* parameter0, void*) {
        auto* s = static_cast<State*>(parameter0);
        s->in_interrupt = InInterruptContext();
        ++s->count;
      },
      &state, ThreadCallPriority::kKernel, kThreadCallOnce | kThreadCallSignal);
  ThreadCallEnterDelayed(call, nullptr, Now() + kMillisecond);
  Sleep(2 * kMillisecond);
  EXPECT_EQ(state.count, 1);
  EXPECT_TRUE(state.in_interrupt);
  EXPECT_TRUE(ThreadCallFree(call));
}

// --- How runs end.

Outcome RunTimed(std::function<void()> body, MachineOptions options = {}) {
  TimedStrategy strategy;
  return Simulation(options, &strategy).Run(std::move(body));
}

TEST(ThreadCall, CancelWaitFromInsideTheCallPanics) {
  const Outcome outcome = RunTimed([] {
    static ThreadCall* call;
    call = ThreadCallAllocate([](void*, void*) { ThreadCallCancelWait(call); }, nullptr,
                              ThreadCallPriority::kHigh, 0);
    ThreadCallEnter(call, nullptr);
    Sleep(kMillisecond);
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
  EXPECT_EQ(outcome.text, "ThreadCallCancelWait from inside the call it waits for");
}

TEST(ThreadCall, CancelWaitInInterruptContextIsAFinding) {
  const Outcome outcome = RunTimed([] {
    ThreadCall* call =
        ThreadCallAllocate([](void*, void*) {}, nullptr, ThreadCallPriority::kHigh, 0);
    InterruptInstall(
        2, Trigger::kEdge,
        [](void* target, int) { ThreadCallCancelWait(static_cast<ThreadCall*>(target)); }, call);
    InterruptUnmask(2);
    InterruptRaise(2);
    Sleep(kMillisecond);
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(outcome.findings[0].name, "wait-in-interrupt-context");
}

TEST(Simulation, BlockedThreadsAreNamedWithWhatTheyWaitFor) {
  const Outcome outcome = RunTimed([] {
    Mutex* mutex = MutexAlloc("the gate");
    MutexLock(mutex);
    ThreadStart({.name = "victim"}, [mutex] { MutexLock(mutex); });
    const int event = 0;
    AssertWait(&event, Interruptible::kUninterruptible, 0, {"waits for", "Godot", 0, nullptr});
    ThreadBlock();
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kBlocked);
  ASSERT_EQ(outcome.blocked.size(), 2u);
  EXPECT_EQ(outcome.blocked[0].name, "main");
  EXPECT_EQ(outcome.blocked[0].reason, "waits for Godot");
  EXPECT_EQ(outcome.blocked[1].name, "victim");
  EXPECT_EQ(outcome.blocked[1].reason, "waits for lock the gate, held by thread main");
}

TEST(Simulation, BlockedDaemonsAreQuiet) {
  const Outcome outcome = RunTimed([] {
    ThreadStart({.name = "daemon", .daemon = true}, [] {
      const int event = 0;
      AssertWait(&event, Interruptible::kUninterruptible, 0, kNote);
      ThreadBlock();
    });
    Sleep(kMillisecond);
  });
  EXPECT_TRUE(outcome.ok()) << outcome.text;
}

TEST(Simulation, PanicEndsTheRunAndTheNextRunIsUnharmed) {
  const Outcome outcome = RunTimed([] { Panic("the end"); });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
  EXPECT_EQ(outcome.text, "the end");
  EXPECT_TRUE(RunTimed([] { Sleep(kMillisecond); }).ok());
}

TEST(Simulation, BlockingInInterruptContextPanics) {
  const Outcome outcome = RunTimed([] {
    InterruptInstall(
        0, Trigger::kEdge, [](void*, int) { Sleep(1); }, nullptr);
    InterruptUnmask(0);
    InterruptRaise(0);
    Sleep(kMillisecond);
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
  EXPECT_EQ(outcome.text,
            "a wait in primary-interrupt context: the handler of interrupt line 0 sleeps");
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(outcome.findings[0].name, "wait-in-interrupt-context");
}

TEST(Simulation, InterruptStormEndsTheRunAndNamesTheLine) {
  int handled = 0;
  const Outcome outcome = RunTimed([&handled] {
    InterruptInstall(
        9, Trigger::kLevel, [](void* count, int) { ++*static_cast<int*>(count); }, &handled);
    InterruptUnmask(9);
    InterruptRaise(9);
    Sleep(kSecond);
  });
  EXPECT_EQ(handled, 1'000);
  EXPECT_EQ(outcome.kind, Outcome::Kind::kEndless);
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(outcome.findings[0].name, "interrupt-storm");
  EXPECT_NE(outcome.findings[0].sentence.find("interrupt line 9 "), std::string::npos);
}

TEST(Simulation, LineThatIsLoweredInBetweenIsNoStorm) {
  int handled = 0;
  const Outcome outcome = RunTimed([&handled] {
    InterruptInstall(
        9, Trigger::kLevel,
        [](void* target, int line) {
          if (++*static_cast<int*>(target) % 999 == 0) InterruptLower(line);
        },
        &handled);
    InterruptUnmask(9);
    for (int round = 0; round < 3; ++round) {
      InterruptRaise(9);
      Sleep(100 * kMillisecond);
    }
  });
  EXPECT_TRUE(outcome.ok()) << outcome.text;
  EXPECT_EQ(handled, 3 * 999);
  EXPECT_TRUE(outcome.findings.empty());
}

TEST(Simulation, AWaitMayBeAssertedButNotEnteredUnderASpinLock) {
  const Outcome outcome = RunTimed([] {
    SpinLock* lock = SpinLockAlloc("test");
    const int event = 0;
    // The way to miss no wakeup that is made under the lock.
    SpinLockLock(lock);
    AssertWait(&event, Interruptible::kUninterruptible, Now() + kMillisecond, kNote);
    SpinLockUnlock(lock);
    EXPECT_EQ(ThreadBlock(), WaitResult::kTimedOut);
    SpinLockLock(lock);
    AssertWait(&event, Interruptible::kUninterruptible, 0, kNote);
    ThreadBlock();
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
  EXPECT_EQ(outcome.text, "a thread blocks while it holds a spin lock");
}

TEST(Simulation, EndlessRunsAreStopped) {
  const Outcome outcome = RunTimed(
      [] {
        ThreadStart({.name = "other"}, [] {
          for (;;) ChoicePoint(OperationKind::kAtomic, 0);
        });
        for (;;) ChoicePoint(OperationKind::kAtomic, 0);
      },
      {.max_questions = 10000});
  EXPECT_EQ(outcome.kind, Outcome::Kind::kEndless);
}

PerBoot<int> counter;

TEST(PerBoot, EachRunStartsAfresh) {
  for (int run = 0; run < 3; ++run) {
    int seen = -1;
    RunTimed([&] { seen = (*counter)++; });
    EXPECT_EQ(seen, 0);
  }
  *counter = 7;  // with no run in progress: the process's own
  RunTimed([] { EXPECT_EQ(*counter, 0); });
  EXPECT_EQ(*counter, 7);
}

}  // namespace
}  // namespace drydock::kernel
