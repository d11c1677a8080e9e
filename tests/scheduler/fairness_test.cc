// Properties of scheduling over random workloads: no thread starves within a band, real-time
// threads that can meet their deadlines do.
#include <algorithm>
#include <deque>
#include <numeric>
#include <vector>

#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/outside.h"
#include "scheduler/kernel/policy.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/prng.h"
#include "scheduler/simulation.h"

namespace drydock::kernel {
namespace {

constexpr Time kQuantum = 10 * kMillisecond;

void RunTimed(int cpus, const std::function<void()>& body) {
  TimedStrategy timed;
  const Outcome outcome = Simulation({.cpus = cpus}, &timed).Run(body);
  ASSERT_TRUE(outcome.ok()) << outcome.text;
}

// How far a hog came, and how long it was kept waiting at most.
struct Hog {
  ThreadOptions options;
  Time ran = 0;
  Time longest_wait = 0;
};

// Lets the hogs compute against each other in user mode for that long.
void Compete(std::vector<Hog>* hogs, int cpus, Time wall) {
  RunTimed(cpus, [&] {
    // Real time, so that all hogs begin together and main is out of the way.
    SetThreadPriority(CurrentThread(), MAXPRI);
    std::deque<Thread*> threads;
    for (Hog& hog : *hogs) {
      threads.push_back(ThreadStart(hog.options, [&hog, wall] {
        SetUserMode(true);
        constexpr Time kSlice = kMillisecond;
        Time last = Now();
        while (Now() < wall) {
          Delay(kSlice);
          hog.ran += kSlice;
          ASSERT_GE(Now(), last + kSlice);
          hog.longest_wait = std::max(hog.longest_wait, Now() - last - kSlice);
          last = Now();
        }
      }));
    }
    for (Thread* thread : threads) ThreadJoin(thread);
  });
}

TEST(Fairness, EqualFixedThreadsShareTheCpusToAQuantum) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Prng prng(seed, "fixed");
    const int cpus = static_cast<int>(1 + prng.Below(4));
    const size_t count = static_cast<size_t>(cpus) + prng.Below(6);
    const int priority = static_cast<int>(prng.Below(64));
    std::vector<Hog> hogs(count);
    for (Hog& hog : hogs) {
      hog.options = {.priority = priority, .user = true, .mode = SchedulingMode::kFixed};
    }
    constexpr Time kWall = kSecond;
    Compete(&hogs, cpus, kWall);
    const Time share = kWall * static_cast<Time>(cpus) / count;
    for (const Hog& hog : hogs) {
      EXPECT_GE(hog.ran + 2 * kQuantum, share) << "seed " << seed;
      EXPECT_LE(hog.ran, share + 2 * kQuantum) << "seed " << seed;
      EXPECT_LE(hog.longest_wait, count * kQuantum + kMillisecond) << "seed " << seed;
    }
  }
}

TEST(Fairness, NobodyStarvesAmongTimeshareThreads) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    Prng prng(seed, "timeshare");
    const int cpus = static_cast<int>(1 + prng.Below(3));
    std::vector<Hog> hogs(static_cast<size_t>(cpus) + 1 + prng.Below(5));
    for (Hog& hog : hogs) {
      // Within the user band, 20 levels apart at most: usage makes up for that.
      hog.options = {.priority = static_cast<int>(21 + prng.Below(20)), .user = true};
    }
    Compete(&hogs, cpus, 4 * kSecond);
    for (const Hog& hog : hogs) {
      EXPECT_LE(hog.longest_wait, 1500 * kMillisecond)
          << "seed " << seed << ", base " << hog.options.priority;
      EXPECT_GT(hog.ran, 50 * kMillisecond) << "seed " << seed;
    }
  }
}

struct Job {
  Time period = 0;
  Time computation = 0;
  int rounds = 0;
  int missed = 0;
};

// Random sets of periodic real-time threads, as many as can be served, beside hogs in every band
// and a device that interrupts. `most_used` is the share of all CPUs that they need together, in
// percent.
void MeetDeadlines(int cpus, uint64_t most_used, uint64_t seeds) {
  for (uint64_t seed = 0; seed < seeds; ++seed) {
    Prng prng(seed, "real time");
    std::vector<Job> jobs;
    uint64_t used = 0;  // per mille of one CPU
    for (;;) {
      Job job;
      job.period = (5 + prng.Below(45)) * kMillisecond;
      const uint64_t share = 20 + prng.Below(280);
      job.computation = std::max(job.period * share / 1000, 100 * kMicrosecond);
      used += share;
      if (used > most_used * 10 * static_cast<uint64_t>(cpus)) break;
      jobs.push_back(job);
    }
    RunTimed(cpus, [&] {
      bool done = false;
      InterruptInstall(
          3, Trigger::kEdge, [](void*, int) { Delay(5 * kMicrosecond); }, nullptr);
      InterruptUnmask(3);
      for (int i = 0; i < 200; ++i) {
        OutsideSchedule((1 + i) * 997 * kMicrosecond, "device", 0, [](void*) { InterruptRaise(3); },
                        nullptr);
      }
      std::deque<Thread*> threads;
      for (const int priority : {20, 50, 70, 81, 90}) {
        threads.push_back(ThreadStart(
            {.name = "hog", .priority = priority, .user = priority < MINPRI_KERNEL}, [&done] {
              Sleep(100 * kMicrosecond);
              while (!done) {
                Delay(300 * kMicrosecond);
                if (CurrentThread() != nullptr) Sleep(200 * kMicrosecond);
              }
            }));
      }
      std::deque<Thread*> real_time;
      for (Job& job : jobs) {
        const TimeConstraint constraint = {.period = job.period,
                                           .computation = job.computation * 11 / 10,
                                           .constraint = job.period};
        real_time.push_back(ThreadStart(
            {.name = "job", .priority = 97, .user = true, .time_constraint = constraint}, [&job] {
              for (Time release = 2 * kMillisecond; release < 500 * kMillisecond;
                   release += job.period) {
                if (Now() < release) Sleep(release - Now());
                Delay(job.computation);
                ++job.rounds;
                if (Now() > release + job.period) ++job.missed;
              }
            }));
      }
      for (Thread* thread : real_time) ThreadJoin(thread);
      done = true;
      for (Thread* thread : threads) ThreadJoin(thread);
      InterruptInstall(3, Trigger::kEdge, nullptr, nullptr);
    });
    for (const Job& job : jobs) {
      ASSERT_GT(job.rounds, 5);
      ASSERT_EQ(job.missed, 0) << "seed " << seed << ", " << jobs.size() << " jobs, "
                               << job.computation << " of " << job.period << " ns";
    }
  }
}

TEST(RealTime, AdmissibleThreadsMeetTheirDeadlinesOnOneCpu) { MeetDeadlines(1, 85, 1000); }

// Of global EDF: at most CPUs - (CPUs - 1) x the largest share, 30 % here (Goossens, Funk, Baruah:
// "Priority-driven scheduling of periodic task systems on multiprocessors", 2003).
TEST(RealTime, AdmissibleThreadsMeetTheirDeadlinesOnTwoCpus) { MeetDeadlines(2, 80, 300); }
TEST(RealTime, AdmissibleThreadsMeetTheirDeadlinesOnFourCpus) { MeetDeadlines(4, 72, 120); }

}  // namespace
}  // namespace drydock::kernel
