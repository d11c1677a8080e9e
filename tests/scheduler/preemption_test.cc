// Which thread has a CPU, and for how long: quanta, preemption, handoff. (workloop.md 9)
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/policy.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/thread_call.h"
#include "tests/scheduler/timed_run.h"

namespace drydock::kernel {
namespace {

TEST(Scheduler, SC1KernelThreadIsFixedAt81) {
  const Stays stays = Timed([] {
    Thread* thread = ThreadStart({.name = "thread"}, [] {
      EXPECT_EQ(ThreadPriority(CurrentThread()), 81);
      EXPECT_EQ(ThreadBasePriority(CurrentThread()), 81);
      EXPECT_EQ(ThreadSchedulingMode(CurrentThread()), SchedulingMode::kFixed);
      Delay(25 * kMillisecond);
    });
    Thread* peer = ThreadStart({.name = "peer"}, [] { Delay(kMillisecond); });
    JoinAll({thread, peer});
  });
  EXPECT_EQ(stays.order(), "thread peer thread");
  EXPECT_NEAR(stays.length(0), 10 * kMillisecond, kSlack);
}

TEST(Scheduler, SC2EqualFixedThreadsAlternateEvery10Ms) {
  const Stays stays = Timed([] {
    Thread* a = ThreadStart({.name = "a"}, [] { Delay(25 * kMillisecond); });
    Thread* b = ThreadStart({.name = "b"}, [] { Delay(25 * kMillisecond); });
    // Made while `a` runs: it joins behind `b`.
    Thread* c = nullptr;
    Thread* maker = ThreadStart({.name = "maker", .priority = 92}, [&c] {
      Sleep(5 * kMillisecond);
      c = ThreadStart({.name = "c"}, [] { Delay(15 * kMillisecond); });
    });
    ThreadJoin(maker);
    JoinAll({a, b, c});
  });
  // The maker interrupts `a`, which keeps the rest of its quantum.
  EXPECT_EQ(stays.order(), "maker a maker a b c a b c a b");
  EXPECT_NEAR(stays.length(1) + stays.length(3), 10 * kMillisecond, kSlack);
  for (size_t i = 4; i < 8; ++i) EXPECT_NEAR(stays.length(i), 10 * kMillisecond, kSlack) << i;
}

TEST(Scheduler, SC3UserCodeMakesWayAtOnceAndKeepsItsPlaceAndRemainder) {
  const Stays stays = Timed([] {
    JoinAll({ThreadStart(User("low", 31), InUserMode(12 * kMillisecond)),
             ThreadStart(User("peer", 31), InUserMode(kMillisecond)),
             ThreadStart({.name = "high"}, At(4 * kMillisecond))});
  });
  EXPECT_EQ(stays.order(), "high low high low peer low");
  EXPECT_NEAR(stays.from(2), 4 * kMillisecond, kSlack);
  EXPECT_NEAR(stays.length(1) + stays.length(3), 10 * kMillisecond, kSlack);
}

TEST(Scheduler, SC4LittleRemainderIsAddedToTheNextQuantumAtTheTail) {
  const Stays stays = Timed([] {
    JoinAll({ThreadStart(User("low", 31), InUserMode(30 * kMillisecond)),
             ThreadStart(User("peer", 31), InUserMode(25 * kMillisecond)),
             ThreadStart({.name = "high"}, At(9900 * kMicrosecond))});
  });
  EXPECT_EQ(stays.order().substr(0, 27), "high low high peer low peer");
  const Time remainder = 10 * kMillisecond - stays.length(1);
  EXPECT_LT(remainder, 250 * kMicrosecond);
  EXPECT_NEAR(stays.length(4), 10 * kMillisecond + remainder, 20 * kMicrosecond);
}

TEST(Scheduler, SC5KernelCodeKeepsItsCpuFromPriority81UntilItBlocks) {
  const Stays stays = Timed([] {
    JoinAll({ThreadStart(User("low", 31),
                         [] {
                           Delay(6 * kMillisecond);
                           Sleep(kMillisecond);
                         }),
             ThreadStart({.name = "high"}, At(2 * kMillisecond))});
  });
  EXPECT_EQ(stays.order(), "high low high low");
  EXPECT_NEAR(stays.length(1), 6 * kMillisecond, kSlack);
}

TEST(Scheduler, SC5KernelCodeKeepsItsCpuFromPriority81UntilItReturnsToUserMode) {
  const Stays stays = Timed([] {
    JoinAll({ThreadStart(User("low", 31),
                         [] {
                           Delay(6 * kMillisecond);
                           InUserMode(kMillisecond)();
                         }),
             ThreadStart({.name = "high"}, At(2 * kMillisecond))});
  });
  EXPECT_EQ(stays.order(), "high low high low");
  EXPECT_NEAR(stays.length(1), 6 * kMillisecond, kSlack);
}

TEST(Scheduler, SC5KernelCodeKeepsItsCpuFromPriority81UntilItsQuantumEnds) {
  const Stays stays = Timed([] {
    JoinAll({ThreadStart(User("low", 31), [] { Delay(15 * kMillisecond); }),
             ThreadStart({.name = "high"}, At(2 * kMillisecond))});
  });
  EXPECT_EQ(stays.order(), "high low high low");
  EXPECT_NEAR(stays.length(1), 10 * kMillisecond, kSlack);
}

TEST(Scheduler, SC6KernelCodeMakesWayForPriority92AtOnce) {
  const Stays stays = Timed([] {
    JoinAll({ThreadStart(User("low", 31), [] { Delay(6 * kMillisecond); }),
             ThreadStart({.name = "high", .priority = 92}, At(2 * kMillisecond))});
  });
  EXPECT_EQ(stays.order(), "high low high low");
  EXPECT_NEAR(stays.from(2), 2 * kMillisecond, kSlack);
}

TEST(Scheduler, KernelCodeThatHoldsASpinLockMakesWayForNobodyUntilItLetsGo) {
  SpinLock* lock = nullptr;
  const Stays stays = Timed([&lock] {
    lock = SpinLockAlloc("test");
    JoinAll({ThreadStart(User("low", 31),
                         [&lock] {
                           SpinLockLock(lock);
                           Delay(6 * kMillisecond);
                           SpinLockUnlock(lock);
                           Delay(kMillisecond);
                         }),
             ThreadStart({.name = "high", .priority = 92}, At(2 * kMillisecond))});
    SpinLockFree(lock);
  });
  EXPECT_EQ(stays.order(), "high low high low");
  EXPECT_NEAR(stays.length(1), 6 * kMillisecond, kSlack);
}

TEST(Scheduler, AnyPreemptionOfAThreadCallWorkerAt81IsUrgent) {
  const Stays stays = Timed([] {
    ThreadCall* call = ThreadCallAllocate([](void*, void*) { Delay(6 * kMillisecond); }, nullptr,
                                          ThreadCallPriority::kUser, 0);
    Thread* high = ThreadStart({.name = "high"}, At(2 * kMillisecond));
    Sleep(kMillisecond);
    ThreadCallEnter(call, nullptr);
    ThreadJoin(high);
    ThreadCallCancelWait(call);
    ThreadCallFree(call);
  });
  EXPECT_EQ(stays.order(), "high thread call user high thread call user");
}

TEST(Scheduler, SC7EqualWaiterGetsTheCpuAtQuantumEndOnly) {
  const Stays stays = Timed([] {
    JoinAll({ThreadStart(User("other", 31), At(2 * kMillisecond)),
             ThreadStart(User("one", 31), InUserMode(15 * kMillisecond))});
  });
  EXPECT_EQ(stays.order(), "other one other one");
  EXPECT_NEAR(stays.length(1), 10 * kMillisecond, kSlack);
}

TEST(Scheduler, SC7EqualWaiterGetsTheCpuAtOnceAfterTheFirstTimeslice) {
  const Stays stays = Timed([] {
    JoinAll({ThreadStart(User("other", 31), At(14 * kMillisecond)),
             ThreadStart(User("one", 31), InUserMode(18 * kMillisecond))});
  });
  EXPECT_EQ(stays.order(), "other one other one");
  EXPECT_NEAR(stays.from(2), 14 * kMillisecond, kSlack);
}

TEST(Scheduler, SC8NothingAtOrBelow95RunsBesideARealTimeThread) {
  const Stays stays = Timed([] {
    JoinAll({ThreadStart({.name = "top", .priority = 95}, At(2 * kMillisecond)),
             ThreadStart({.name = "real time", .priority = 97}, [] { Delay(60 * kMillisecond); })});
  });
  EXPECT_EQ(stays.order(), "top real time top");
  EXPECT_NEAR(stays.length(1), 60 * kMillisecond, kSlack);
}

TEST(Scheduler, HandoffGivesTheRestOfTheQuantumToTheTargetWhoeverElseWaits) {
  const Stays stays = Timed([] {
    Thread* target = nullptr;
    Thread* giver = ThreadStart(User("giver", 40), [&] {
      Delay(4 * kMillisecond);
      ThreadHandoff(target);
      Delay(kMillisecond);
    });
    Thread* peer = ThreadStart(User("peer", 40), InUserMode(kMillisecond));
    target = ThreadStart(User("target", 40), InUserMode(20 * kMillisecond));
    JoinAll({giver, peer, target});
  });
  EXPECT_EQ(stays.order(), "giver target peer giver target");
  EXPECT_NEAR(stays.length(1), 6 * kMillisecond, kSlack);
}

TEST(Scheduler, WakingThreadTakesTheCpuOfTheLowestAmongSeveral) {
  Time low = 0, middle = 0;
  Timed(
      [&] {
        JoinAll({ThreadStart({.name = "high"}, At(5 * kMillisecond)),
                 ThreadStart(User("low", 31),
                             [&low] {
                               InUserMode(10 * kMillisecond)();
                               low = Now();
                             }),
                 ThreadStart(User("middle", 40), [&middle] {
                   InUserMode(10 * kMillisecond)();
                   middle = Now();
                 })});
      },
      {.cpus = 2});
  EXPECT_NEAR(middle, 10 * kMillisecond, kSlack);
  EXPECT_NEAR(low, 11 * kMillisecond, kSlack);
}

}  // namespace
}  // namespace drydock::kernel
