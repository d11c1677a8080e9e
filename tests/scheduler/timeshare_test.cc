// Priorities that follow what a thread computes: usage, importance, background.
// (workloop.md 9)
#include <vector>

#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/policy.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/sim/scheduler.h"
#include "tests/scheduler/timed_run.h"

namespace drydock::kernel {
namespace {

TEST(Scheduler, SC13LoneHogNeverDecays) {
  for (const int hogs : {1, 2}) {
    Timed(
        [hogs] {
          std::vector<Thread*> threads;
          for (int i = 0; i < hogs; ++i) {
            threads.push_back(ThreadStart(Timeshare("hog", 31), [] {
              SetUserMode(true);
              for (int slice = 0; slice < 300; ++slice) {
                Delay(10 * kMillisecond);
                ASSERT_EQ(ThreadPriority(CurrentThread()), 31);
              }
            }));
          }
          JoinAll(threads);
        },
        {.cpus = hogs});
  }
}

TEST(Scheduler, SC14TwoHogsOnOneCpuSettleAbout25LevelsUnderTheirBase) {
  Timed([] {
    int64_t sum = 0, samples = 0;
    std::vector<Thread*> hogs;
    for (int i = 0; i < 2; ++i) {
      hogs.push_back(ThreadStart(Timeshare("hog", 63), InUserMode(1500 * kMillisecond)));
    }
    Thread* watcher = ThreadStart({.name = "watcher", .priority = 97}, [&] {
      Sleep(kSecond);
      for (; samples < 200; ++samples) {
        Sleep(7 * kMillisecond);
        sum += 63 - ThreadPriority(hogs[samples % 2]);
      }
    });
    JoinAll({hogs[0], hogs[1], watcher});
    // Just after a tick it is 25, just before the next one 40.
    EXPECT_NEAR(static_cast<double>(sum) / static_cast<double>(samples), 30, 6);
  });
}

TEST(Scheduler, SC14UsageIsAgedByFiveEighthsEachTick) {
  sim::Scheduler scheduler(Profile::kModern, 1, 10 * kMillisecond);
  Thread thread;
  thread.mode = SchedulingMode::kTimeshare;
  thread.base_priority = 31;
  scheduler.Advance(0);
  Time expected = thread.usage = 160'000'000;
  for (int tick = 1; tick <= 12; ++tick) {
    EXPECT_TRUE(scheduler.Advance(tick * 125 * kMillisecond));
    EXPECT_FALSE(scheduler.Advance(tick * 125 * kMillisecond + kMillisecond));
    scheduler.Age(thread);
    expected = expected * 5 / 8;
    EXPECT_NEAR(static_cast<double>(thread.usage), static_cast<double>(expected), 12);
  }
  // Several at once are as good as one by one, but for rounding.
  thread.usage = 160'000'000;
  scheduler.Advance(20 * 125 * kMillisecond);
  scheduler.Age(thread);
  EXPECT_NEAR(static_cast<double>(thread.usage), 160e6 * 0.0233, 160e6 * 0.003);
}

TEST(Scheduler, SC15UsageIsForgottenAfterFourSecondsOfSleep) {
  Timed([] {
    Thread* sleeper = nullptr;
    int when_asleep = 0, when_woken = 0;
    sleeper = ThreadStart(Timeshare("sleeper", 63), [&] {
      InUserMode(500 * kMillisecond)();
      when_asleep = ThreadPriority(CurrentThread());
      Sleep(4125 * kMillisecond);
      when_woken = ThreadPriority(CurrentThread());
    });
    std::vector<Thread*> hogs;
    for (int i = 0; i < 2; ++i) {
      hogs.push_back(ThreadStart(Timeshare("hog", 63), InUserMode(2500 * kMillisecond)));
    }
    JoinAll({sleeper, hogs[0], hogs[1]});
    EXPECT_LT(when_asleep, 55);
    EXPECT_EQ(when_woken, 63);
  });
}

TEST(Scheduler, SC24ImportanceIsBoundedByTheTasksCeiling) {
  Timed([] {
    Thread* user = ThreadStart(Timeshare("user", 31), [] {
      ThreadSetImportance(CurrentThread(), 10);
      EXPECT_EQ(ThreadBasePriority(CurrentThread()), 41);
      ThreadSetImportance(CurrentThread(), 40);
      EXPECT_EQ(ThreadBasePriority(CurrentThread()), 63);
      ThreadSetImportance(CurrentThread(), -40);
      EXPECT_EQ(ThreadBasePriority(CurrentThread()), 0);
    });
    ThreadJoin(user);
    ThreadSetImportance(CurrentThread(), 40);
    EXPECT_EQ(ThreadBasePriority(CurrentThread()), 95);
    ThreadSetImportance(CurrentThread(), -1);
    EXPECT_EQ(ThreadBasePriority(CurrentThread()), 80);
  });
}

TEST(Scheduler, SC25BackgroundQuantumIsTwoAndAHalfMs) {
  const Stays stays = Timed([] {
    std::vector<Thread*> threads;
    for (const char* name : {"a", "b"}) {
      threads.push_back(ThreadStart(Timeshare(name, 31), InUserMode(6 * kMillisecond)));
      ThreadSetBackground(threads.back(), true);
      EXPECT_EQ(ThreadBasePriority(threads.back()), 4);
    }
    JoinAll(threads);
  });
  EXPECT_EQ(stays.order(), "a b a b a b");
  EXPECT_NEAR(stays.length(0), 2500 * kMicrosecond, kSlack);
  EXPECT_NEAR(stays.length(1), 2500 * kMicrosecond, kSlack);
}

TEST(Scheduler, BackgroundAndFailSafeGiveBackThePolicyThatWasSetMeanwhile) {
  Timed([] {
    Thread* thread = ThreadStart(Timeshare("thread", 31), [] { Sleep(kMillisecond); });
    ThreadSetBackground(thread, true);
    ThreadSetImportance(thread, 6);
    EXPECT_EQ(ThreadBasePriority(thread), 4);
    ThreadSetBackground(thread, false);
    EXPECT_EQ(ThreadBasePriority(thread), 37);
    EXPECT_EQ(ThreadSchedulingMode(thread), SchedulingMode::kTimeshare);
    ThreadSetTimeshare(thread, false);
    EXPECT_EQ(ThreadSchedulingMode(thread), SchedulingMode::kFixed);
    EXPECT_EQ(ThreadBasePriority(thread), 37);
    EXPECT_TRUE(ThreadSetTimeConstraint(
        thread, {.computation = kMillisecond, .constraint = 2 * kMillisecond}));
    EXPECT_EQ(ThreadPriority(thread), 97);
    ThreadSetImportance(thread, 5);
    EXPECT_EQ(ThreadPriority(thread), 97);
    ThreadSetTimeshare(thread, true);
    EXPECT_EQ(ThreadBasePriority(thread), 36);
    ThreadJoin(thread);
  });
}

}  // namespace
}  // namespace drydock::kernel
