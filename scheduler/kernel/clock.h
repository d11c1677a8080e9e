// scheduler/kernel/clock.h
//
// Virtual time in ns since boot, and the ways to spend it.
#ifndef DRYDOCK_SCHEDULER_KERNEL_CLOCK_H_
#define DRYDOCK_SCHEDULER_KERNEL_CLOCK_H_

#include "scheduler/kernel/types.h"

namespace drydock::kernel {

inline constexpr Time kMicrosecond = 1000;
inline constexpr Time kMillisecond = 1000 * kMicrosecond;
inline constexpr Time kSecond = 1000 * kMillisecond;
inline constexpr Time kNever = ~Time{0};

// Time since boot, as the calling context sees it: on a CPU that CPU's clock. 0 with no run in
// progress.
Time Now();

// `base + interval`, held at kNever rather than wrapping.
inline constexpr Time SaturatingAdd(Time base, Time interval) {
  return base + interval < base ? kNever : base + interval;
}

// Computes for `interval` ns without blocking: the thread keeps its CPU unless preempted. Any
// context but the outside.
void Delay(Time interval);

// Blocks the calling thread for at least `interval` ns. Thread context only.
void Sleep(Time interval);

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_CLOCK_H_
