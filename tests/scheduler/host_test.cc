// The kernel interface on host threads: how a run ends, what excludes, wakes and interrupts.
#include <sched.h>

#include <atomic>
#include <vector>

#include "gmock/gmock.h"
#include "scheduler/host/bands.h"
#include "scheduler/kernel/atomic_section.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/outside.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/per_boot.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/thread_call.h"
#include "scheduler/kernel/wait.h"
#include "scheduler/simulation.h"
#include "scheduler/strategy.h"

namespace drydock {
namespace {

using kernel::Interruptible;
using kernel::kMicrosecond;
using kernel::kMillisecond;
using kernel::WaitResult;
using ::testing::HasSubstr;

Outcome RunOnHost(const std::function<void()>& body) {
  TimedStrategy unused;
  return Simulation({}, &unused).Run(body);
}

// Blocks until `event` is woken.
WaitResult WaitFor(const void* event, kernel::Time deadline = 0,
                   Interruptible interruptible = Interruptible::kUninterruptible) {
  if (kernel::AssertWait(event, interruptible, deadline, {"waits for the test", "", 0, nullptr}) ==
      WaitResult::kInterrupted) {
    return WaitResult::kInterrupted;
  }
  return kernel::ThreadBlock();
}

TEST(Host, ThreadsRunAtTheSameTime) {
  EXPECT_TRUE(kernel::kParallel);
  EXPECT_FALSE(Simulation::Deterministic());
}

TEST(Host, ARunEndsWithItsLastThreadAndDropsDaemons) {
  std::atomic<bool> ended{false};
  const Outcome outcome = RunOnHost([&] {
    static int never;
    kernel::ThreadStart({.name = "daemon", .daemon = true}, [] { WaitFor(&never); });
    kernel::ThreadStart({.name = "busy daemon", .daemon = true}, [] {
      for (;;) kernel::ChoicePoint(kernel::OperationKind::kDelay, 0);
    });
    kernel::ThreadStart({.name = "late"}, [&] {
      kernel::Sleep(5 * kMillisecond);
      ended = true;
    });
  });
  EXPECT_TRUE(outcome.ok()) << outcome.text;
  EXPECT_TRUE(ended);
  EXPECT_GE(outcome.end_ns, 5 * kMillisecond);
}

TEST(Host, WhenAllAreBlockedTheRunSaysWho) {
  static int never;
  const Outcome outcome =
      RunOnHost([] { kernel::ThreadStart({.name = "stuck"}, [] { WaitFor(&never); }); });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kBlocked);
  EXPECT_THAT(outcome.text, HasSubstr("1 thread is blocked"));
  ASSERT_EQ(outcome.blocked.size(), 1u);
  EXPECT_EQ(outcome.blocked[0].name, "stuck");
  EXPECT_EQ(outcome.blocked[0].reason, "waits for the test");
}

TEST(Host, APanicEndsTheRunForEverybody) {
  const Outcome outcome = RunOnHost([] {
    static int never;
    kernel::ThreadStart({.name = "blocked"}, [] { WaitFor(&never); });
    kernel::ThreadStart({.name = "spinning"}, [] {
      for (;;) kernel::ThreadYield();
    });
    kernel::Sleep(kMillisecond);
    kernel::Panic("out of ", "coffee");
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
  EXPECT_EQ(outcome.text, "out of coffee");
}

struct Booted {
  int uses = 0;
};
kernel::PerBoot<Booted> booted;

TEST(Host, EachRunBootsAfresh) {
  for (int run = 0; run < 3; ++run) {
    EXPECT_TRUE(RunOnHost([] {
                  std::vector<kernel::Thread*> threads;
                  for (int i = 0; i < 4; ++i) {
                    threads.push_back(kernel::ThreadStart({}, [] {
                      const kernel::AtomicSection section;
                      ++booted->uses;
                    }));
                  }
                  for (kernel::Thread* thread : threads) kernel::ThreadJoin(thread);
                  EXPECT_EQ(booted->uses, 4);
                }).ok());
  }
}

// --- Locks.

template <typename Lock, typename Unlock>
void ExpectExclusion(Lock lock, Unlock unlock) {
  constexpr int kThreads = 4;
  constexpr int kEach = 5000;
  int count = 0;
  std::vector<kernel::Thread*> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.push_back(kernel::ThreadStart({.name = "counter"}, [&] {
      for (int n = 0; n < kEach; ++n) {
        lock();
        ++count;
        unlock();
      }
    }));
  }
  for (kernel::Thread* thread : threads) kernel::ThreadJoin(thread);
  EXPECT_EQ(count, kThreads * kEach);
}

TEST(Host, LocksExclude) {
  EXPECT_TRUE(
      RunOnHost([] {
        kernel::Mutex* mutex = kernel::MutexAlloc("mutex");
        ExpectExclusion([=] { kernel::MutexLock(mutex); }, [=] { kernel::MutexUnlock(mutex); });
        EXPECT_EQ(kernel::MutexOwner(mutex), nullptr);
        EXPECT_EQ(kernel::MutexWaiters(mutex), 0);
        kernel::SpinLock* spin = kernel::SpinLockAlloc("spin");
        ExpectExclusion([=] { kernel::SpinLockLock(spin); }, [=] { kernel::SpinLockUnlock(spin); });
        kernel::RWLock* rw = kernel::RWLockAlloc("rw");
        ExpectExclusion([=] { kernel::RWLockLockExclusive(rw); },
                        [=] { kernel::RWLockUnlock(rw); });
      }).ok());
}

TEST(Host, AMutexThatIsHeldForLongIsWaitedForAsleep) {
  EXPECT_TRUE(RunOnHost([] {
                kernel::Mutex* mutex = kernel::MutexAlloc("mutex");
                kernel::MutexLock(mutex);
                kernel::Thread* waiter = kernel::ThreadStart({.name = "waiter"}, [=] {
                  kernel::MutexLock(mutex);
                  kernel::MutexUnlock(mutex);
                });
                while (!kernel::ThreadIsBlocked(waiter)) kernel::ThreadYield();
                EXPECT_EQ(kernel::MutexWaiters(mutex), 1);
                EXPECT_FALSE(kernel::MutexTryLock(mutex));
                kernel::MutexUnlock(mutex);
                kernel::ThreadJoin(waiter);
              }).ok());
}

TEST(Host, TakingAMutexTwicePanics) {
  const Outcome outcome = RunOnHost([] {
    kernel::Mutex* mutex = kernel::MutexAlloc("mutex");
    kernel::MutexLock(mutex);
    kernel::MutexLock(mutex);
  });
  EXPECT_EQ(outcome.text, "lock mutex is taken again by its owner");
}

// --- Waiting.

TEST(Host, NoWakeupIsLost) {
  EXPECT_TRUE(RunOnHost([] {
                constexpr int kTurns = 2000;
                std::atomic<int> turn{0};
                const auto play = [&](int parity) {
                  for (int i = parity; i < kTurns; i += 2) {
                    while (turn.load() != i) {
                      kernel::AssertWait(&turn, Interruptible::kUninterruptible, 0,
                                         {"waits for its turn", "", 0, nullptr});
                      if (turn.load() == i) {
                        kernel::ThreadWakeupThread(&turn, kernel::CurrentThread());
                      }
                      kernel::ThreadBlock();
                    }
                    turn.store(i + 1);
                    kernel::ThreadWakeup(&turn, /*one_thread=*/false);
                  }
                };
                kernel::Thread* other = kernel::ThreadStart({}, [&] { play(1); });
                play(0);
                kernel::ThreadJoin(other);
                EXPECT_EQ(turn, kTurns);
              }).ok());
}

TEST(Host, WaitsTimeOutAndAreAborted) {
  EXPECT_TRUE(
      RunOnHost([] {
        static int event;
        const kernel::Time began = kernel::Now();
        EXPECT_EQ(WaitFor(&event, began + 3 * kMillisecond), WaitResult::kTimedOut);
        EXPECT_GE(kernel::Now() - began, 3 * kMillisecond);
        kernel::Thread* waiter = kernel::ThreadStart({.name = "waiter"}, [] {
          EXPECT_EQ(WaitFor(&event, 0, Interruptible::kAbortSafe), WaitResult::kInterrupted);
          EXPECT_EQ(WaitFor(&event, kernel::Now() + kMillisecond, Interruptible::kAbortSafe),
                    WaitResult::kTimedOut)
              << "a safe abort breaks one wait";
        });
        while (!kernel::ThreadIsBlocked(waiter)) kernel::ThreadYield();
        kernel::ThreadAbort(waiter, /*safely=*/true);
        kernel::ThreadJoin(waiter);
      }).ok());
}

// --- Interrupts, the outside world, thread calls.

TEST(Host, TheOutsideRaisesAnInterruptWhoseHandlerWakesAThread) {
  EXPECT_TRUE(RunOnHost([] {
                static std::atomic<int> handled;
                handled = 0;
                kernel::InterruptInstall(
                    3, kernel::Trigger::kEdge,
                    [](void*, int line) {
                      EXPECT_EQ(line, 3);
                      EXPECT_TRUE(kernel::InInterruptContext());
                      EXPECT_FALSE(kernel::MayBlock());
                      ++handled;
                      kernel::ThreadWakeup(&handled, false);
                    },
                    nullptr);
                kernel::OutsideSchedule(
                    kernel::Now() + kMillisecond, "raise", 0,
                    [](void*) {
                      EXPECT_EQ(kernel::CurrentThread(), nullptr);
                      kernel::InterruptRaise(3);
                    },
                    nullptr);
                kernel::Sleep(3 * kMillisecond);
                EXPECT_EQ(handled, 0) << "masked";
                kernel::AssertWait(&handled, Interruptible::kUninterruptible, 0,
                                   {"waits for the interrupt", "", 0, nullptr});
                kernel::InterruptUnmask(3);
                EXPECT_EQ(kernel::ThreadBlock(), WaitResult::kAwakened);
                EXPECT_EQ(handled, 1);
                kernel::InterruptWaitInactive(3);
                const kernel::OutsideHandle never = kernel::OutsideSchedule(
                    kernel::Now() + 1000 * kernel::kSecond, "never", 0, [](void*) {}, nullptr);
                EXPECT_TRUE(kernel::OutsideCancel(never));
                EXPECT_FALSE(kernel::OutsideCancel(never));
              }).ok());
}

TEST(Host, AWaitInAHandlerIsAFindingAndAPanic) {
  const Outcome outcome = RunOnHost([] {
    kernel::InterruptInstall(
        4, kernel::Trigger::kEdge, [](void*, int) { kernel::Sleep(1); }, nullptr);
    kernel::InterruptUnmask(4);
    kernel::InterruptRaise(4);
    for (;;) kernel::Sleep(kMillisecond);
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
  ASSERT_FALSE(outcome.findings.empty());
  EXPECT_EQ(outcome.findings[0].name, "wait-in-interrupt-context");
}

TEST(Host, ThreadCallsRunWhenDueUnlessCancelled) {
  EXPECT_TRUE(RunOnHost([] {
                static std::atomic<int> ran;
                ran = 0;
                kernel::ThreadCall* call = kernel::ThreadCallAllocate(
                    [](void*, void*) { ++ran; }, nullptr, kernel::ThreadCallPriority::kKernel, 0);
                const kernel::Time began = kernel::Now();
                EXPECT_FALSE(
                    kernel::ThreadCallEnterDelayed(call, nullptr, began + 2 * kMillisecond));
                while (ran == 0) kernel::Sleep(100 * kMicrosecond);
                EXPECT_GE(kernel::Now() - began, 2 * kMillisecond);
                kernel::ThreadCallEnterDelayed(call, nullptr, kernel::Now() + kernel::kSecond);
                EXPECT_TRUE(kernel::ThreadCallCancelWait(call));
                EXPECT_FALSE(kernel::ThreadCallEnter(call, nullptr));
                while (ran == 1) kernel::Sleep(100 * kMicrosecond);
                EXPECT_FALSE(kernel::ThreadCallCancelWait(call));
                EXPECT_TRUE(kernel::ThreadCallFree(call));
              }).ok());
}

// --- Bands.

TEST(Host, BandsAreClassesOfTheHost) {
  EXPECT_EQ(host::HostBandOf(97).fifo, 2);
  EXPECT_EQ(host::HostBandOf(127).fifo, 32);
  int nicer = host::HostBandOf(host::kInterruptBand).nice;
  for (const int priority : {81, 64, 47, 31, 10, 4}) {
    EXPECT_EQ(host::HostBandOf(priority).fifo, 0);
    EXPECT_GT(host::HostBandOf(priority).nice, nicer) << priority;
    nicer = host::HostBandOf(priority).nice;
  }
}

TEST(Host, RealTimeThreadsAreSoWherePermitted) {
  sched_param parameter = {};
  parameter.sched_priority = 1;
  const bool permitted = sched_setscheduler(0, SCHED_FIFO, &parameter) == 0;
  parameter.sched_priority = 0;
  sched_setscheduler(0, SCHED_OTHER, &parameter);
  EXPECT_TRUE(RunOnHost([permitted] {
                kernel::ThreadJoin(
                    kernel::ThreadStart({.name = "real time", .priority = 100}, [permitted] {
                      EXPECT_EQ(sched_getscheduler(0), permitted ? SCHED_FIFO : SCHED_OTHER);
                    }));
              }).ok());
}

}  // namespace
}  // namespace drydock
