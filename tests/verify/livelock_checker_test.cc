// Threads that repeat themselves without progress.
#include "verify/livelock_checker.h"

#include <functional>

#include "gmock/gmock.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/outside.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/simulation.h"
#include "verify/watch.h"

namespace drydock::verify {
namespace {

using kernel::kMicrosecond;
using kernel::kMillisecond;
using ::testing::HasSubstr;

constexpr int kMany = 3 * LivelockChecker::kRepetitions;

Outcome RunWatched(const std::function<void()>& body) {
  const Watching<LivelockChecker> checker;
  TimedStrategy timed;
  return Simulation({}, &timed).Run(body);
}

void ExpectLivelock(const Outcome& outcome) {
  EXPECT_EQ(outcome.kind, Outcome::Kind::kEndless);
  EXPECT_THAT(outcome.text, HasSubstr("a livelock"));
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(outcome.findings[0].name, "livelock");
}

// One waits for what the other does when it has got the lock that the one holds.
TEST(LivelockChecker, WhoBothTryAgainForEver) {
  const Outcome outcome = RunWatched([] {
    kernel::Mutex *held = kernel::MutexAlloc("held"), *looked_at = kernel::MutexAlloc("looked at");
    bool done = false;
    kernel::Thread* one = kernel::ThreadStart({.name = "one"}, [&] {
      kernel::MutexLock(held);
      while (!done) {
        kernel::MutexLock(looked_at);
        kernel::MutexUnlock(looked_at);
      }
      kernel::MutexUnlock(held);
    });
    kernel::Thread* two = kernel::ThreadStart({.name = "two"}, [&] {
      kernel::Sleep(10 * kMicrosecond);
      while (!kernel::MutexTryLock(held)) kernel::Sleep(kMicrosecond);
      done = true;
      kernel::MutexUnlock(held);
    });
    kernel::ThreadJoin(one);
    kernel::ThreadJoin(two);
  });
  ExpectLivelock(outcome);
  EXPECT_THAT(outcome.findings[0].sentence, HasSubstr("one (thread 2), two (thread 3) went on"));
  EXPECT_EQ(outcome.findings[0].evidence.size(), 2u);
}

TEST(LivelockChecker, WhoPollsForWhatNobodyWillDo) {
  ExpectLivelock(RunWatched([] {
    for (;;) kernel::Sleep(kMillisecond);
  }));
}

TEST(LivelockChecker, TryingOftenIsFineIfItWorksInTheEnd) {
  const Outcome outcome = RunWatched([] {
    kernel::Mutex* lock = kernel::MutexAlloc("a");
    for (uint32_t i = 0; i + 10 < LivelockChecker::kRepetitions; ++i) {
      kernel::MutexLock(lock);
      kernel::MutexUnlock(lock);
    }
  });
  EXPECT_TRUE(outcome.ok()) << outcome.text;
}

// It will come: not before its time.
TEST(LivelockChecker, PollingForOneWhoSleepsForLongIsFine) {
  const Outcome outcome = RunWatched([] {
    bool done = false;
    kernel::Thread* slow = kernel::ThreadStart({.name = "slow"}, [&done] {
      kernel::Sleep(kMany * kMicrosecond);
      done = true;
    });
    while (!done) kernel::Sleep(kMicrosecond);
    kernel::ThreadJoin(slow);
  });
  EXPECT_TRUE(outcome.ok()) << outcome.text;
}

// What a device does that raises no interrupt.
TEST(LivelockChecker, PollingForASlowDeviceIsFine) {
  const Outcome outcome = RunWatched([] {
    bool done = false;
    kernel::OutsideSchedule(
        kMany * kMicrosecond, "done", 0, [](void* flag) { *static_cast<bool*>(flag) = true; },
        &done);
    while (!done) kernel::Sleep(kMicrosecond);
  });
  EXPECT_TRUE(outcome.ok()) << outcome.text;
}

TEST(LivelockChecker, WhatComesAtAChoicePointIsWaitedFor) {
  const Outcome outcome = RunWatched([] {
    bool done = false;
    kernel::OutsideScheduleAtChoicePoint(
        kMany, "done", 0, [](void* flag) { *static_cast<bool*>(flag) = true; }, &done);
    while (!done) kernel::Sleep(kMicrosecond);
  });
  EXPECT_TRUE(outcome.ok()) << outcome.text;
}

// At each poll another outside event is still ahead.
TEST(LivelockChecker, AWorldOutsideThatGoesOnForEverIsNotWaitedForForEver) {
  ExpectLivelock(RunWatched([] {
    static void (*again)(void*);
    again = [](void*) {
      kernel::OutsideSchedule(kernel::Now() + kMillisecond, "tick", 0, again, nullptr);
    };
    again(nullptr);
    for (;;) kernel::Sleep(10 * kMicrosecond);
  }));
}

TEST(LivelockChecker, ThreadsThatEndAreProgress) {
  const Outcome outcome = RunWatched([] {
    kernel::Mutex* lock = kernel::MutexAlloc("a");
    for (int i = 0; i < kMany; ++i) {
      kernel::MutexLock(lock);
      kernel::MutexUnlock(lock);
      if (i % 5'000 == 0) kernel::ThreadJoin(kernel::ThreadStart({.name = "short"}, [] {}));
    }
  });
  EXPECT_TRUE(outcome.ok()) << outcome.text;
}

}  // namespace
}  // namespace drydock::verify
