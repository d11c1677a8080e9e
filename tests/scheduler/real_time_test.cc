// Real-time threads: deadlines, constraints, and the fail-safe against threads that spin.
// (workloop.md 9)
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/policy.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/wait.h"
#include "scheduler/simulation.h"
#include "tests/scheduler/timed_run.h"
#include "trace/observer.h"

namespace drydock::kernel {
namespace {

constexpr WaitNote kNote = {"waits for the test", "", 0, nullptr};

ThreadOptions RealTime(const char* name, Time computation, Time constraint, int priority = 97) {
  return {.name = name,
          .priority = priority,
          .user = true,
          .time_constraint = {.computation = computation, .constraint = constraint}};
}

TEST(Scheduler, SC9EarlierDeadlineFirst) {
  const Stays stays = Timed([] {
    std::vector<Thread*> threads;
    int event = 0;
    for (const int constraint : {30, 10, 20}) {
      threads.push_back(ThreadStart(
          RealTime(absl::StrCat(constraint).c_str(), 5 * kMillisecond, constraint * kMillisecond),
          [&event] {
            AssertWait(&event, Interruptible::kUninterruptible, 0, kNote);
            ThreadBlock();
            Delay(kMillisecond);
          }));
    }
    Thread* waker = ThreadStart({.name = "waker", .priority = 127}, [&event] {
      Sleep(kMillisecond);
      ThreadWakeup(&event, false);
    });
    JoinAll(threads);
    ThreadJoin(waker);
  });
  EXPECT_EQ(stays.order(), "30 10 20 waker 10 20 30");
}

TEST(Scheduler, SC9FirstSliceIsLostOnlyToADeadlineMoreThan100UsEarlier) {
  // Woken 2 ms after the first, with a constraint that is so much shorter.
  const auto order = [](Time earlier) {
    return Timed([earlier] {
             JoinAll({ThreadStart(RealTime("first", 10 * kMillisecond, 20 * kMillisecond),
                                  At(kMillisecond, 8 * kMillisecond)),
                      ThreadStart(RealTime("second", 5 * kMillisecond, 18 * kMillisecond - earlier),
                                  At(3 * kMillisecond))});
           })
        .order();
  };
  EXPECT_EQ(order(50 * kMicrosecond), "first second first second");
  EXPECT_EQ(order(200 * kMicrosecond), "first second first second first");
}

TEST(Scheduler, HigherRealTimePriorityWaitsForTheFirstSliceUnlessItWouldBeLate) {
  const auto order = [](Time constraint, Profile profile) {
    return Timed(
               [constraint] {
                 JoinAll({ThreadStart(RealTime("low", 10 * kMillisecond, 20 * kMillisecond),
                                      At(kMillisecond, 8 * kMillisecond)),
                          ThreadStart(RealTime("high", 5 * kMillisecond, constraint, 99),
                                      At(3 * kMillisecond))});
               },
               {.cpus = 1, .profile = profile})
        .order();
  };
  EXPECT_EQ(order(30 * kMillisecond, Profile::kModern), "low high low high");
  EXPECT_EQ(order(6 * kMillisecond, Profile::kModern), "low high low high low");
  EXPECT_EQ(order(30 * kMillisecond, Profile::kHistoric), "low high low high low");
}

TEST(Scheduler, SC16ShortComputationIsRaisedToHalfTheConstraint) {
  Timed([] {
    Thread* self = CurrentThread();
    const auto stored = [self](Time computation, Time constraint) {
      EXPECT_TRUE(
          ThreadSetTimeConstraint(self, {.computation = computation, .constraint = constraint}));
      EXPECT_EQ(ThreadSchedulingMode(self), SchedulingMode::kRealTime);
      EXPECT_EQ(ThreadPriority(self), 97);
      return ThreadTimeConstraint(self).computation;
    };
    EXPECT_EQ(stored(2 * kMillisecond, 10 * kMillisecond), 5 * kMillisecond);
    EXPECT_EQ(stored(8 * kMillisecond, 10 * kMillisecond), 8 * kMillisecond);
    EXPECT_EQ(stored(2 * kMillisecond, 300 * kMillisecond), 50 * kMillisecond);
  });
}

TEST(Scheduler, SC17TimeConstraintsOutOfBoundsAreRefused) {
  Timed([] {
    Thread* self = CurrentThread();
    const auto set = [self](Time computation, Time constraint) {
      return ThreadSetTimeConstraint(self, {.computation = computation, .constraint = constraint});
    };
    EXPECT_FALSE(set(40 * kMicrosecond, 10 * kMillisecond));
    EXPECT_FALSE(set(60 * kMillisecond, 100 * kMillisecond));
    EXPECT_FALSE(set(5 * kMillisecond, 4 * kMillisecond));
    EXPECT_EQ(ThreadSchedulingMode(self), SchedulingMode::kFixed);
    EXPECT_TRUE(set(50 * kMicrosecond, 50 * kMicrosecond));
    EXPECT_TRUE(set(50 * kMillisecond, 50 * kMillisecond));
  });
}

// What the fail-safe did to a thread.
struct Spin : trace::Observer {
  void OnEvent(const trace::Event& event) override {
    if (event.kind != trace::EventKind::kThreadPolicy) return;
    const std::string why = event.detail;
    if (why == "fail-safe" && tripped == 0) {
      tripped = event.time_ns;
      mode = static_cast<SchedulingMode>(event.value);
    }
    if (why == "fail-safe over" && restored == 0) restored = event.time_ns;
  }

  Time tripped = 0;
  Time restored = 0;
  SchedulingMode mode = SchedulingMode::kNone;
  int base = -1;
  Time user_ran = 0;  // when a user thread beside it came to its end
};

Spin SpinAt(int priority, Profile profile, Time spins, Time blocks_after = 0) {
  Spin spin;
  trace::ScopedObserver watching(&spin);
  Timed(
      [&] {
        Thread* spinner = ThreadStart({.name = "spinner", .priority = priority}, [&] {
          Sleep(kMillisecond);  // until the others are there
          Delay(blocks_after);
          if (blocks_after > 0) Sleep(10 * kMicrosecond);
          Delay(spins);
        });
        Thread* user = ThreadStart(User("user", 31), [&] {
          Sleep(2 * kMillisecond);
          InUserMode(500 * kMillisecond)();
          spin.user_ran = Now();
          spin.base = ThreadBasePriority(spinner);
        });
        // Preempts the spinner, but leaves it the end of every second quantum.
        Thread* ticker = ThreadStart({.name = "ticker", .priority = 127}, [&] {
          while (Now() < blocks_after + spins) Sleep(7 * kMillisecond);
        });
        JoinAll({user, ticker, spinner});
      },
      {.cpus = 1, .profile = profile});
  return spin;
}

TEST(Scheduler, SC10RealTimeSpinnerIsDemotedAfterOneSecondAndRestoredAfterTwo) {
  const Spin spin = SpinAt(97, Profile::kModern, 5 * kSecond);
  EXPECT_GT(spin.tripped, kSecond);
  EXPECT_LT(spin.tripped, kSecond + 20 * kMillisecond);
  EXPECT_EQ(spin.base, 0);
  EXPECT_EQ(spin.mode, SchedulingMode::kTimeshare);
  EXPECT_GE(spin.restored, spin.tripped + 2 * kSecond);
  EXPECT_LT(spin.restored, spin.tripped + 2200 * kMillisecond);
  EXPECT_LT(spin.user_ran, spin.restored);  // the keyboard stays alive
}

TEST(Scheduler, SC10HistoricRealTimeSpinnerIsDemotedAfterEightSecondsAndRestoredAfterSixteen) {
  const Spin spin = SpinAt(97, Profile::kHistoric, 26 * kSecond);
  EXPECT_GT(spin.tripped, 8 * kSecond);
  EXPECT_LT(spin.tripped, 8 * kSecond + 20 * kMillisecond);
  EXPECT_EQ(spin.base, 0);
  EXPECT_GE(spin.restored, spin.tripped + 16 * kSecond);
  EXPECT_LT(spin.restored, spin.tripped + 16200 * kMillisecond);
}

TEST(Scheduler, SC11FixedSpinnerKeepsItsBaseAndBecomesTimeshare) {
  const Spin spin = SpinAt(81, Profile::kModern, 5 * kSecond);
  EXPECT_GT(spin.tripped, kSecond);
  EXPECT_LT(spin.tripped, kSecond + 20 * kMillisecond);
  EXPECT_EQ(spin.base, 81);
  EXPECT_EQ(spin.mode, SchedulingMode::kTimeshare);
  EXPECT_GE(spin.restored, spin.tripped + 2 * kSecond);
  EXPECT_LT(spin.restored, spin.tripped + 2200 * kMillisecond);
}

TEST(Scheduler, SC12BlockingResetsTheFailSafeAndPreemptionDoesNot) {
  const Spin spin = SpinAt(97, Profile::kModern, 2 * kSecond, /*blocks_after=*/900 * kMillisecond);
  EXPECT_GT(spin.tripped, 1900 * kMillisecond);
  EXPECT_LT(spin.tripped, 1950 * kMillisecond);
}

}  // namespace
}  // namespace drydock::kernel
