// How threads share CPUs: the statements of workloop.md, section 9, "Scheduler". Everything here is
// timed, so all runs are at full speed.
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/policy.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/thread_call.h"
#include "scheduler/kernel/wait.h"
#include "scheduler/sim/scheduler.h"
#include "scheduler/simulation.h"
#include "trace/observer.h"

namespace drydock::kernel {
namespace {

constexpr WaitNote kNote = {"waits for the test", "", 0, nullptr};
// Room for context switches and locks.
constexpr Time kSlack = 100 * kMicrosecond;

// Who had the one CPU, from when to when. The main thread, which makes and joins the others, is
// left out, and what it comes in between counts as one stay.
class Stays : public trace::Observer {
 public:
  struct Stay {
    std::string thread;
    Time from = 0;
    Time to = 0;
  };

  void OnEvent(const trace::Event& event) override {
    switch (event.kind) {
      case trace::EventKind::kThreadRun:
        running_ = event.name;
        if (running_ == "main") break;
        if (stays_.empty() || stays_.back().thread != running_) {
          stays_.push_back({running_, event.time_ns, event.time_ns});
        }
        break;
      case trace::EventKind::kThreadPreempt:
      case trace::EventKind::kThreadBlock:
      case trace::EventKind::kThreadExit:
        if (running_ != "main" && !stays_.empty()) stays_.back().to = event.time_ns;
        break;
      default:
        break;
    }
  }

  std::string order() const {
    std::string order;
    for (const Stay& stay : stays_) absl::StrAppend(&order, order.empty() ? "" : " ", stay.thread);
    return order;
  }
  Time from(size_t index) const { return stays_.at(index).from; }
  Time length(size_t index) const { return stays_.at(index).to - stays_.at(index).from; }

 private:
  std::string running_;
  std::vector<Stay> stays_;
};

// Runs `body` at full speed; on one CPU unless told.
Stays Timed(const std::function<void()>& body, MachineOptions options = {.cpus = 1}) {
  Stays stays;
  TimedStrategy timed;
  trace::ScopedObserver watching(&stays);
  const Outcome outcome = Simulation(options, &timed).Run(body);
  EXPECT_TRUE(outcome.ok()) << outcome.text;
  for (const Finding& finding : outcome.findings) ADD_FAILURE() << finding.sentence;
  return stays;
}

// A thread that computes in user mode, at a priority that stays.
ThreadOptions User(const char* name, int priority) {
  return {.name = name, .priority = priority, .user = true, .mode = SchedulingMode::kFixed};
}

std::function<void()> InUserMode(Time compute) {
  return [compute] {
    SetUserMode(true);
    Delay(compute);
    SetUserMode(false);
  };
}

// Wakes at a time and computes for a moment.
std::function<void()> At(Time when, Time compute = kMillisecond) {
  return [when, compute] {
    Sleep(when - Now());
    Delay(compute);
  };
}

void JoinAll(const std::vector<Thread*>& threads) {
  for (Thread* thread : threads) ThreadJoin(thread);
}

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

ThreadOptions Timeshare(const char* name, int priority) {
  return {.name = name, .priority = priority, .user = true};
}

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

// The priority that an owner at 31 has while a waiter of that priority waits for its lock, and
// after.
struct Pushed {
  int during = 0;
  int after = 0;
};

Pushed Push(int waiter_priority, Profile profile = Profile::kModern, int owner_priority = 31) {
  Pushed pushed;
  Timed(
      [&] {
        Mutex* mutex = MutexAlloc("test");
        Thread* owner = ThreadStart(User("owner", owner_priority), [&] {
          MutexLock(mutex);
          Sleep(5 * kMillisecond);
          pushed.during = ThreadPriority(CurrentThread());
          MutexUnlock(mutex);
          pushed.after = ThreadPriority(CurrentThread());
        });
        Sleep(kMillisecond);
        Thread* waiter = ThreadStart({.name = "waiter", .priority = waiter_priority}, [&] {
          MutexLock(mutex);
          MutexUnlock(mutex);
        });
        JoinAll({owner, waiter});
        MutexFree(mutex);
      },
      {.cpus = 1, .profile = profile});
  return pushed;
}

TEST(Scheduler, SC18WaiterPushesTheOwnerFrom31To95) {
  EXPECT_EQ(Push(97).during, 95);
  EXPECT_EQ(Push(97).after, 31);
  EXPECT_EQ(Push(60).during, 60);
  EXPECT_EQ(Push(20, Profile::kModern, /*owner_priority=*/10).during, 31);
  // 2003: not above 80, and never an owner in the kernel's band.
  EXPECT_EQ(Push(97, Profile::kHistoric).during, 80);
  EXPECT_EQ(Push(97, Profile::kHistoric, 81).during, 81);
  EXPECT_EQ(Push(97, Profile::kModern, 81).during, 95);
}

TEST(Scheduler, SC18PushGoesAlongAChainOfOwners) {
  Timed([] {
    Mutex* first = MutexAlloc("first");
    Mutex* second = MutexAlloc("second");
    int during = 0, between = 0, after = 0;
    Thread* owner = ThreadStart(User("owner", 20), [&] {
      MutexLock(first);
      Sleep(5 * kMillisecond);
      during = ThreadPriority(CurrentThread());
      Sleep(10 * kMillisecond);
      between = ThreadPriority(CurrentThread());
      MutexUnlock(first);
      after = ThreadPriority(CurrentThread());
    });
    Sleep(kMillisecond);
    Thread* middle = ThreadStart(User("middle", 35), [&] {
      MutexLock(second);
      MutexLock(first);
      MutexUnlock(first);
      MutexUnlock(second);
    });
    Sleep(kMillisecond);
    Thread* high = ThreadStart({.name = "high", .priority = 90}, [&] {
      MutexLock(second);
      MutexUnlock(second);
    });
    Sleep(10 * kMillisecond);
    SetThreadPriority(high, 85);  // a waiter's own priority falls
    JoinAll({owner, middle, high});
    EXPECT_EQ(during, 90);
    EXPECT_EQ(between, 85);
    EXPECT_EQ(after, 20);
    MutexFree(first);
    MutexFree(second);
  });
}

TEST(Scheduler, LockThatDoesNotPromoteLeavesItsOwnerAlone) {
  Timed([] {
    Mutex* mutex = MutexAlloc("test");
    MutexSetPromotes(mutex, false);
    MutexLock(mutex);
    Thread* waiter = ThreadStart({.name = "waiter", .priority = 92}, [&] {
      MutexLock(mutex);
      MutexUnlock(mutex);
    });
    Sleep(kMillisecond);
    EXPECT_EQ(ThreadPriority(CurrentThread()), 81);
    MutexUnlock(mutex);
    ThreadJoin(waiter);
    MutexFree(mutex);
  });
}

TEST(Scheduler, SC19YieldDepressionBeatsAPushAndPollDepressionDoesNot) {
  Timed([] {
    Mutex* mutex = MutexAlloc("test");
    int depressed = -1, after = -1, polling = -1, unpushed = -1;
    Thread* owner = ThreadStart(User("owner", 40), [&] {
      MutexLock(mutex);
      Sleep(5 * kMillisecond);
      EXPECT_EQ(ThreadPriority(CurrentThread()), 60);
      ThreadDepress(10 * kMillisecond);
      after = ThreadPriority(CurrentThread());
      Delay(25 * kMillisecond);
      ThreadPollYield();
      polling = ThreadPriority(CurrentThread());
      MutexUnlock(mutex);
      unpushed = ThreadPriority(CurrentThread());
      Delay(5 * kMillisecond);  // a sixteenth of what it computed passes
      EXPECT_EQ(ThreadPriority(CurrentThread()), 40);
    });
    Sleep(kMillisecond);
    Thread* waiter = ThreadStart(User("waiter", 60), [&] {
      MutexLock(mutex);
      MutexUnlock(mutex);
    });
    // So that the owner does lose the CPU when it is depressed.
    Thread* user = ThreadStart(User("user", 31), [&] {
      SetUserMode(true);
      while (depressed != 0 && Now() < kSecond) {
        Delay(kMillisecond);
        depressed = ThreadPriority(owner);
      }
    });
    JoinAll({owner, waiter, user});
    EXPECT_EQ(depressed, 0);
    EXPECT_EQ(after, 60);
    EXPECT_EQ(polling, 60);
    EXPECT_EQ(unpushed, 0);
    MutexFree(mutex);
  });
}

TEST(Scheduler, DepressionEndsAtItsLimit) {
  const Stays stays = Timed([] {
    JoinAll({ThreadStart(User("depressed", 60), [] { ThreadDepress(7 * kMillisecond); }),
             ThreadStart(User("user", 31), InUserMode(30 * kMillisecond))});
  });
  EXPECT_EQ(stays.order(), "depressed user depressed user");
  EXPECT_NEAR(stays.length(1), 7 * kMillisecond, kSlack);
}

TEST(Scheduler, SC20UnlockWakesTheHighestWaiterAndARunningContenderMayBeFaster) {
  Timed([] {
    Mutex* mutex = MutexAlloc("test");
    std::string order;
    MutexLock(mutex);
    std::vector<Thread*> waiters;
    for (const int priority : {31, 81, 47}) {
      waiters.push_back(ThreadStart({.name = "waiter", .priority = priority}, [&, priority] {
        MutexLock(mutex);
        absl::StrAppend(&order, " ", priority);
        MutexUnlock(mutex);
      }));
      Sleep(kMillisecond);
    }
    MutexUnlock(mutex);
    // The waiter at 81 is awake, but this thread runs.
    MutexLock(mutex);
    order += " main";
    MutexUnlock(mutex);
    JoinAll(waiters);
    EXPECT_EQ(order, " main 81 47 31");
    MutexFree(mutex);
  });
}

// The priorities at which a thread became runnable.
class RunnableAt : public trace::Observer {
 public:
  explicit RunnableAt(std::string name) : name_(std::move(name)) {}
  void OnEvent(const trace::Event& event) override {
    if (event.kind == trace::EventKind::kThreadRunnable && event.name == name_) {
      priorities_.push_back(static_cast<int>(event.value));
    }
  }
  const std::vector<int>& priorities() const { return priorities_; }

 private:
  const std::string name_;
  std::vector<int> priorities_;
};

TEST(Scheduler, SC21SleeperInALockIsAtLeastAt46UntilItHasTheLockAgain) {
  for (const Profile profile : {Profile::kModern, Profile::kHistoric}) {
    RunnableAt runnable("sleeper");
    trace::ScopedObserver watching(&runnable);
    Timed(
        [] {
          Mutex* mutex = MutexAlloc("test");
          int event = 0;
          Thread* sleeper = ThreadStart(User("sleeper", 31), [&] {
            MutexLock(mutex);
            MutexSleep(mutex, &event, Interruptible::kUninterruptible, 0, kNote);
            EXPECT_EQ(ThreadPriority(CurrentThread()), 31);
            MutexUnlock(mutex);
          });
          Sleep(kMillisecond);
          ThreadWakeup(&event, true);
          ThreadJoin(sleeper);
          MutexFree(mutex);
        },
        {.cpus = 1, .profile = profile});
    const int floor = profile == Profile::kModern ? 46 : 31;
    EXPECT_EQ(runnable.priorities(), (std::vector<int>{31, floor}));
  }
}

TEST(Scheduler, SC22ThreadAt96OrAboveIsWokenFirst) {
  Timed([] {
    int event = 0;
    std::string order;
    std::vector<Thread*> sleepers;
    for (const int priority : {81, 95, 97, 92}) {
      sleepers.push_back(ThreadStart({.name = "sleeper", .priority = priority}, [&, priority] {
        AssertWait(&event, Interruptible::kUninterruptible, 0, kNote);
        ThreadBlock();
        absl::StrAppend(&order, " ", priority);
      }));
      Sleep(kMillisecond);
    }
    for (int i = 0; i < 4; ++i) {
      ThreadWakeup(&event, true);
      Sleep(kMillisecond);
    }
    JoinAll(sleepers);
    EXPECT_EQ(order, " 97 81 95 92");
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
