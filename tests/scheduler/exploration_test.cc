// Properties of whole runs over random workloads: the dispatcher's invariant, determinism, replay.
#include <memory>
#include <set>
#include <string>

#include "explore/random_walk.h"
#include "explore/replay.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/outside.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/thread_call.h"
#include "scheduler/kernel/trace.h"
#include "scheduler/kernel/wait.h"
#include "scheduler/prng.h"
#include "scheduler/simulation.h"
#include "trace/digest.h"
#include "trace/observer.h"
#include "verify/dispatch_checker.h"
#include "verify/watch.h"

namespace drydock {
namespace {

// A few threads of random priorities and policies that lock, wait, wake, compute, spin, sleep and
// enter thread calls, with interrupts and a device at work.
class Workload {
 public:
  explicit Workload(uint64_t seed) : seed_(seed) {}

  void Run() {
    for (auto& mutex : mutexes_) mutex = kernel::MutexAlloc("mutex");
    spin_ = kernel::SpinLockAlloc("spin");
    call_ = kernel::ThreadCallAllocate([](void*, void*) { kernel::Delay(3000); }, nullptr,
                                       kernel::ThreadCallPriority::kKernelHigh,
                                       kernel::kThreadCallOnce);
    kernel::InterruptInstall(
        3, kernel::Trigger::kEdge,
        [](void* workload, int) {
          kernel::ThreadWakeup(&static_cast<Workload*>(workload)->events_[0], true);
        },
        this);
    kernel::InterruptUnmask(3);
    Prng prng(seed_, "workload");
    rw_ = kernel::RWLockAlloc("rw");
    const uint64_t count = 2 + prng.Below(5);
    for (uint64_t i = 0; i < count; ++i) {
      const int priority = static_cast<int>(1 + prng.Below(127));
      kernel::Thread* thread =
          kernel::ThreadStart({.name = "worker", .priority = priority, .user = prng.Below(2) == 0},
                              [this, seed = prng.Next()] {
                                kernel::Sleep(1);
                                Work(seed);
                              });
      threads_[count_++] = thread;
    }
    for (uint64_t i = 0; i < count; ++i) kernel::ThreadJoin(threads_[i]);
    kernel::RWLockFree(rw_);
    kernel::ThreadCallCancelWait(call_);
    kernel::ThreadCallFree(call_);
    kernel::InterruptInstall(3, kernel::Trigger::kEdge, nullptr, nullptr);
    for (kernel::Mutex* mutex : mutexes_) kernel::MutexFree(mutex);
    kernel::SpinLockFree(spin_);
  }

 private:
  void Work(uint64_t seed) {
    Prng prng(seed, "worker");
    for (int step = 0; step < 20; ++step) {
      kernel::Trace(trace::EventKind::kLog, 0, 0, 0, "step");
      switch (prng.Below(14)) {
        case 0:
        case 1: {
          kernel::Mutex* mutex = mutexes_[prng.Below(2)];
          kernel::MutexLock(mutex);
          kernel::Delay(prng.Below(5000));
          kernel::MutexUnlock(mutex);
          break;
        }
        case 2:
          kernel::AssertWait(&events_[prng.Below(2)], kernel::Interruptible::kUninterruptible,
                             kernel::Now() + 1 + prng.Below(50000), {"waits", "", 0, nullptr});
          kernel::ThreadBlock();
          break;
        case 3:
          kernel::ThreadWakeup(&events_[prng.Below(2)], prng.Below(2) == 0);
          break;
        case 4:
          kernel::Sleep(prng.Below(30000));
          break;
        case 5:
          kernel::SpinLockLock(spin_);
          kernel::ChoicePoint(kernel::OperationKind::kAtomic, 0);
          kernel::SpinLockUnlock(spin_);
          break;
        case 6:
          kernel::ThreadCallEnterDelayed(call_, nullptr, prng.Below(2) * (kernel::Now() + 5000));
          break;
        case 7:
          kernel::OutsideSchedule(
              kernel::Now() + prng.Below(20000), "device", 0,
              [](void*) { kernel::InterruptRaise(3); }, nullptr);
          break;
        case 8:
          kernel::SetThreadPriority(kernel::CurrentThread(), static_cast<int>(1 + prng.Below(127)));
          break;
        case 9:
          kernel::SetUserMode(true);
          kernel::Delay(prng.Below(100'000));
          kernel::Trace(trace::EventKind::kLog, 0, 0, 0, "user mode");
          kernel::SetUserMode(false);
          break;
        case 10: {
          const bool write = prng.Below(3) == 0;
          write ? kernel::RWLockLockExclusive(rw_) : kernel::RWLockLockShared(rw_);
          kernel::Delay(prng.Below(5000));
          kernel::RWLockUnlock(rw_);
          break;
        }
        case 11: {
          // Asleep in a lock, until it is woken or its time is up.
          kernel::Mutex* mutex = mutexes_[prng.Below(2)];
          kernel::MutexLock(mutex);
          kernel::MutexSleep(mutex, &events_[0], kernel::Interruptible::kUninterruptible,
                             kernel::Now() + 1 + prng.Below(50'000), {"sleeps", "", 0, nullptr});
          kernel::MutexUnlock(mutex);
          break;
        }
        case 12:
          kernel::ThreadDepress(prng.Below(50'000));
          break;
        case 13:
          SetPolicy(&prng);
          break;
      }
    }
  }

  void SetPolicy(Prng* prng) {
    if (count_ == 0) return;  // the first runs before its creator does
    kernel::Thread* thread = threads_[prng->Below(count_)];
    switch (prng->Below(4)) {
      case 0:
        kernel::ThreadSetTimeshare(thread, prng->Below(2) == 0);
        break;
      case 1:
        kernel::ThreadSetBackground(thread, prng->Below(2) == 0);
        break;
      case 2:
        kernel::ThreadSetImportance(thread, static_cast<int>(prng->Below(60)) - 30);
        break;
      case 3: {
        const kernel::Time computation = kernel::kMillisecond * (1 + prng->Below(4));
        kernel::ThreadSetTimeConstraint(
            thread, {.computation = computation, .constraint = 2 * computation});
        break;
      }
    }
  }

  const uint64_t seed_;
  kernel::Thread* threads_[6];
  uint64_t count_ = 0;
  kernel::RWLock* rw_;
  kernel::Mutex* mutexes_[2];
  kernel::SpinLock* spin_;
  kernel::ThreadCall* call_;
  int events_[2];
};

struct Ran {
  Outcome outcome;
  uint64_t digest = 0;
  uint64_t events = 0;
};

Ran RunWorkload(uint64_t seed, int cpus, Strategy* strategy) {
  trace::Digest digest;
  trace::ScopedObserver digesting(&digest);
  MachineOptions options;
  options.cpus = cpus;
  options.fingerprint = seed;
  Workload workload(seed);
  Ran ran;
  ran.outcome = Simulation(options, strategy).Run([&] { workload.Run(); });
  ran.digest = digest.value();
  ran.events = digest.events();
  return ran;
}

class Exploration : public ::testing::TestWithParam<int> {};

TEST_P(Exploration, NoThreadRunsWhileAHigherOneHasNoCpuAndCpuTimeAddsUp) {
  uint64_t checks = 0;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    const verify::Watching<verify::DispatchChecker> checker;
    TimedStrategy timed;
    RandomWalk random(seed);
    Strategy* strategy = seed % 3 == 0 ? static_cast<Strategy*>(&timed) : &random;
    const Ran ran = RunWorkload(seed, GetParam(), strategy);
    ASSERT_TRUE(ran.outcome.ok()) << "seed " << seed << ": " << ran.outcome.text;
    ASSERT_TRUE(ran.outcome.findings.empty())
        << "seed " << seed << ": " << ran.outcome.findings[0].sentence;
    checks += checker.checks();
    const CpuTimes& times = ran.outcome.cpu_times;
    ASSERT_EQ(times.threads + times.interrupts + times.idle,
              ran.outcome.cpus_until_ns * static_cast<uint64_t>(GetParam()))
        << "seed " << seed;
  }
  EXPECT_GT(checks, 100000u);
}

TEST_P(Exploration, ReplayShowsTheSameEvents) {
  for (uint64_t seed = 0; seed < 150; ++seed) {
    TimedStrategy timed;
    RandomWalk random(seed);
    Strategy* strategy = seed % 3 == 0 ? static_cast<Strategy*>(&timed) : &random;
    const Ran found = RunWorkload(seed, GetParam(), strategy);
    const absl::StatusOr<Schedule> parsed = Schedule::Parse(found.outcome.schedule.ToString());
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    Replay replay(*parsed);
    const Ran again = RunWorkload(seed, GetParam(), &replay);
    ASSERT_TRUE(again.outcome.ok()) << "seed " << seed << ": " << again.outcome.text;
    ASSERT_EQ(found.digest, again.digest) << "seed " << seed;
    ASSERT_EQ(found.events, again.events);
    ASSERT_EQ(found.outcome.end_ns, again.outcome.end_ns);
    ASSERT_TRUE(found.outcome.schedule == again.outcome.schedule);
  }
}

TEST_P(Exploration, UnobservedRunsTakeTheSameSchedule) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    TimedStrategy timed;
    const Ran observed = RunWorkload(seed, GetParam(), &timed);
    MachineOptions options;
    options.cpus = GetParam();
    options.fingerprint = seed;
    Workload workload(seed);
    const Outcome unobserved = Simulation(options, &timed).Run([&] { workload.Run(); });
    ASSERT_TRUE(observed.outcome.schedule == unobserved.schedule);
    ASSERT_EQ(observed.outcome.end_ns, unobserved.end_ns);
  }
}

INSTANTIATE_TEST_SUITE_P(Cpus, Exploration, ::testing::Values(1, 2, 4, 8));

TEST(RandomWalk, SeedsVaryTheInterleaving) {
  std::set<uint64_t> digests;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    RandomWalk random(seed);
    digests.insert(RunWorkload(/*seed=*/1, 2, &random).digest);
  }
  EXPECT_GT(digests.size(), 40u);
}

TEST(Replay, RefusesAnotherProgramsSchedule) {
  TimedStrategy timed;
  const Ran one = RunWorkload(1, 2, &timed);
  Replay replay(one.outcome.schedule);
  const Ran other = RunWorkload(2, 2, &replay);
  EXPECT_EQ(other.outcome.kind, Outcome::Kind::kRefused);
  EXPECT_NE(other.outcome.text.find("does not fit"), std::string::npos) << other.outcome.text;
}

TEST(Replay, RefusesAScheduleWithAnswersLeft) {
  TimedStrategy timed;
  Schedule schedule = RunWorkload(1, 2, &timed).outcome.schedule;
  schedule.Append(2, 0);
  Replay replay(schedule);
  EXPECT_EQ(RunWorkload(1, 2, &replay).outcome.kind, Outcome::Kind::kRefused);
}

}  // namespace
}  // namespace drydock
