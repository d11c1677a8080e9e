// scheduler/sim/scheduler.h
//
// Computes what priority each thread should have, given its policy, its past and the load. It owns
// the load averages and the count of ticks; the Dispatcher, which owns it, runs the highest.
//
// Timeshare (workloop.md 7.3): a thread's usage of CPU lowers its priority, the more so
// the more threads want CPUs; usage is aged by 5/8 each tick of 125 ms. Load is sampled every 15 ms
// for each of four buckets of base priorities. Ticks and samples are taken when something happens;
// a machine on which nothing happens needs none.
#ifndef DRYDOCK_SCHEDULER_SIM_SCHEDULER_H_
#define DRYDOCK_SCHEDULER_SIM_SCHEDULER_H_

#include <array>

#include "scheduler/kernel/profile.h"
#include "scheduler/sim/thread.h"

namespace drydock::sim {

class Scheduler {
 public:
  Scheduler(kernel::Profile profile, int cpus, kernel::Time quantum)
      : profile_(profile), cpus_(cpus), quantum_(quantum) {}

  // Brings ticks and load up to `now`. True if a tick has passed, so that queued timeshare threads
  // are due for a look. Called before the counts below change.
  bool Advance(kernel::Time now) {
    if (now < next_sample_) return false;
    return AdvanceSlow(now);
  }

  // A thread becomes runnable, or ceases to be.
  void Count(const kernel::Thread& thread) { ++runnable_[BucketOf(thread)]; }
  void Uncount(const kernel::Thread& thread) { --runnable_[BucketOf(thread)]; }

  // Charges CPU time to the thread.
  void Bill(kernel::Thread& thread, kernel::Time used) const {
    thread.cpu_since_block += used;
    if (shift_[BucketOf(thread)] != kNoDecay) thread.usage += used;
  }

  // Takes back some of it.
  static void Refund(kernel::Thread& thread, kernel::Time unused);

  // Ages the usage to this tick; whether that was due.
  bool Age(kernel::Thread& thread) const;

  // What it should be scheduled at.
  int PriorityOf(const kernel::Thread& thread) const;

  // How long it may run before others of its priority.
  kernel::Time QuantumOf(const kernel::Thread& thread) const;

  // Whether it takes a CPU from kernel-mode code.
  bool IsUrgent(const kernel::Thread& thread) const;

  // The fail-safe (workloop.md 7.6): at a quantum's end, whether the thread has spun for too long.
  bool Spins(const kernel::Thread& thread) const;
  // Demotes one that did; restores it when its time is over, true if so.
  void Demote(kernel::Thread& thread, kernel::Time now) const;
  bool Restore(kernel::Thread& thread, kernel::Time now) const;

  // How a waiter at this priority pushes the owner of a lock, 0 if not at all (workloop.md 7.8).
  int PushOf(const kernel::Thread& waiter) const;
  bool CanBePushed(const kernel::Thread& owner) const;
  // Whether a push goes on from an owner that waits itself.
  bool PushesChain() const { return profile_ == kernel::Profile::kModern; }
  // Whether a thread in MutexSleep, or one that holds a read-write lock, gets a floor.
  bool HasFloors() const { return profile_ == kernel::Profile::kModern; }

  // Whether `challenger`, first of the real-time queues, takes a CPU from the real-time thread
  // `current` (workloop.md 7.5).
  bool Displaces(const kernel::Thread& challenger, const kernel::Thread& current,
                 kernel::Time now) const;

 private:
  enum Bucket { kForeground, kDefault, kUtility, kBackground, kFixedPriority, kBuckets };
  static constexpr int kNoDecay = 127;
  static constexpr kernel::Time kSampleInterval = 15 * kernel::kMillisecond;

  static Bucket BucketOf(const kernel::Thread& thread);
  bool AdvanceSlow(kernel::Time now);
  void Sample();

  const kernel::Profile profile_;
  const int cpus_;
  const kernel::Time quantum_;

  std::array<int, kBuckets> runnable_ = {};
  std::array<uint32_t, kBuckets> load_ = {};  // averages, in sixteenths
  std::array<int, kBuckets> shift_ = {kNoDecay, kNoDecay, kNoDecay, kNoDecay, kNoDecay};
  kernel::Time next_sample_ = kSampleInterval;
  kernel::Time last_tick_ = 0;
  uint64_t tick_ = 0;
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_SCHEDULER_H_
