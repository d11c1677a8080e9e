// Timeshare decay, load averages, the fail-safe and the order of real-time threads.
#include "scheduler/sim/scheduler.h"

#include <algorithm>
#include <cstdlib>

namespace drydock::sim {

using kernel::kMicrosecond;
using kernel::kMillisecond;
using kernel::kSecond;
using kernel::Profile;
using kernel::SchedulingMode;
using kernel::Thread;
using kernel::Time;

namespace {

constexpr Time kTick = 125 * kMillisecond;
constexpr int kFixedShift = 23;  // with ticks of 1 ns

// How much less a usage is shifted, and so the more it counts, at a load.
int ShiftOfLoad(uint32_t load) {
  int shift = 0;
  while (load > 1) {
    load /= 2;
    ++shift;
  }
  return std::min(shift, 6);
}

// usage * (5/8)^ticks, nearly: by two shifts for each number of ticks.
Time Aged(Time usage, uint64_t ticks) {
  struct Shifts {
    int first, second;  // (u >> first) + (u >> second), or minus if second < 0
  };
  constexpr Shifts kShifts[] = {{1, 3}, {1, -3}, {2, -7}, {3, 5}, {3, -5}, {4, -8}, {5, 7}};
  while (ticks > 0) {
    const uint64_t step = std::min<uint64_t>(ticks, std::size(kShifts));
    const Shifts shifts = kShifts[step - 1];
    const Time second = usage >> std::abs(shifts.second);
    usage = (usage >> shifts.first) + (shifts.second < 0 ? -second : second);
    ticks -= step;
  }
  return usage;
}

}  // namespace

Scheduler::Bucket Scheduler::BucketOf(const Thread& thread) {
  if (thread.mode != SchedulingMode::kTimeshare) return kFixedPriority;
  if (thread.base_priority > BASEPRI_DEFAULT) return kForeground;
  if (thread.base_priority > BASEPRI_UTILITY) return kDefault;
  if (thread.base_priority > MAXPRI_THROTTLE) return kUtility;
  return kBackground;
}

bool Scheduler::AdvanceSlow(Time now) {
  // After a long quiet all samples are alike, and soon change nothing.
  constexpr Time kLongest = 64 * kSampleInterval;
  if (now - next_sample_ > kLongest) next_sample_ = now - kLongest;
  for (; next_sample_ <= now; next_sample_ += kSampleInterval) Sample();
  if (now - last_tick_ < kTick) return false;
  constexpr Time kMostTicks = 8;
  tick_ += std::min(kMostTicks, (now - last_tick_) / kTick);
  last_tick_ = now - now % kTick;
  return true;
}

void Scheduler::Sample() {
  const int background = runnable_[kBackground] > 0 ? 1 : 0;
  const int utility = std::min(runnable_[kUtility], cpus_);
  const std::array<int, kFixedPriority> wanting = {
      runnable_[kForeground] + std::min(runnable_[kDefault], 2 * cpus_) + utility + background,
      runnable_[kDefault] + utility + background,
      runnable_[kUtility] + background,
      runnable_[kBackground],
  };
  for (size_t bucket = 0; bucket < wanting.size(); ++bucket) {
    const int count = wanting[bucket];
    const auto load = static_cast<uint32_t>(count <= cpus_ ? 0 : std::min(count / cpus_, 95));
    load_[bucket] = (load_[bucket] * 6 + (load << 4) * 10) >> 4;
    const uint32_t average = (load_[bucket] >> 4) + ((load_[bucket] & 8) != 0 ? 1 : 0);
    shift_[bucket] = average == 0 ? kNoDecay : kFixedShift - ShiftOfLoad(average);
  }
}

void Scheduler::Refund(Thread& thread, Time unused) {
  thread.cpu_since_block -= std::min(unused, thread.cpu_since_block);
  thread.usage -= std::min(unused, thread.usage);
}

bool Scheduler::Age(Thread& thread) const {
  const uint64_t ticks = tick_ - thread.usage_tick;
  if (ticks == 0) return false;
  thread.usage_tick = tick_;
  const uint64_t forgotten = profile_ == Profile::kModern ? 32 : 31;
  thread.usage = ticks >= forgotten ? 0 : Aged(thread.usage, ticks);
  return true;
}

int Scheduler::PriorityOf(const Thread& thread) const {
  if (thread.depressed) return DEPRESSPRI;
  int priority = thread.base_priority;
  if (thread.mode == SchedulingMode::kTimeshare) {
    const int shift = shift_[BucketOf(thread)];
    const Time decay = shift == kNoDecay ? 0 : thread.usage >> shift;
    priority = std::clamp(priority - static_cast<int>(std::min<Time>(decay, MAXPRI)), MINPRI,
                          MAXPRI_KERNEL);
  }
  if (thread.poll_depressed) priority = DEPRESSPRI;
  priority = std::max(priority, thread.push);
  return thread.floored ? std::max(priority, MINPRI_FLOOR) : priority;
}

Time Scheduler::QuantumOf(const Thread& thread) const {
  if (thread.mode == SchedulingMode::kRealTime) return thread.time_constraint.computation;
  return BucketOf(thread) == kBackground ? quantum_ / 4 : quantum_;
}

bool Scheduler::IsUrgent(const Thread& thread) const {
  if (profile_ == Profile::kModern) return IsUrgentPriority(thread.priority);
  if (thread.mode != SchedulingMode::kTimeshare && thread.priority >= BASEPRI_PREEMPT_HIGH) {
    return true;
  }
  return thread.user && thread.task_priority >= BASEPRI_BACKGROUND &&
         thread.task_priority <= MAXPRI_RESERVED && thread.base_priority > thread.task_priority;
}

bool Scheduler::Spins(const Thread& thread) const {
  const Time limit = (profile_ == Profile::kModern ? 100 : 800) * quantum_;
  const bool exempt = profile_ == Profile::kModern && (thread.push > 0 || thread.floored);
  return thread.mode != SchedulingMode::kTimeshare && !exempt && thread.cpu_since_block > limit;
}

void Scheduler::Demote(Thread& thread, Time now) const {
  thread.failsafe = {true, thread.mode, thread.base_priority};
  thread.safe_until = now + (profile_ == Profile::kModern ? 2 : 16) * kSecond;
  if (thread.mode == SchedulingMode::kRealTime) thread.base_priority = DEPRESSPRI;
  thread.mode = SchedulingMode::kTimeshare;
}

bool Scheduler::Restore(Thread& thread, Time now) const {
  if (!thread.failsafe.active || now < thread.safe_until) return false;
  thread.failsafe.active = false;
  thread.mode = thread.failsafe.mode;
  thread.base_priority = thread.failsafe.base_priority;
  return true;
}

int Scheduler::PushOf(const Thread& waiter) const {
  const int ceiling = profile_ == Profile::kModern ? MAXPRI_PROMOTE : MINPRI_KERNEL;
  return std::clamp(std::max(waiter.priority, waiter.base_priority), MINPRI_WAITQ, ceiling);
}

bool Scheduler::CanBePushed(const Thread& owner) const {
  return profile_ == Profile::kModern || owner.base_priority < MINPRI_KERNEL;
}

bool Scheduler::Displaces(const Thread& challenger, const Thread& current, Time now) const {
  constexpr Time kEarlier = 100 * kMicrosecond;
  if (current.first_slice) {
    if (challenger.priority > current.priority) {
      if (profile_ == Profile::kHistoric) return true;
      // Only if it would be too late otherwise.
      return now + current.quantum_left + challenger.time_constraint.computation >
             challenger.deadline;
    }
    if (challenger.priority < current.priority) return false;
    return kernel::SaturatingAdd(challenger.deadline, kEarlier) < current.deadline;
  }
  if (challenger.priority != current.priority) return challenger.priority > current.priority;
  return challenger.deadline <= current.deadline;
}

}  // namespace drydock::sim
