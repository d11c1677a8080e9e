// Waiting and priorities: promotion, depression, the order of wakeups.
// (workloop.md 9)
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/policy.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/wait.h"
#include "scheduler/simulation.h"
#include "tests/scheduler/timed_run.h"
#include "trace/observer.h"

namespace drydock::kernel {
namespace {

constexpr WaitNote kNote = {"waits for the test", "", 0, nullptr};

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

}  // namespace
}  // namespace drydock::kernel
