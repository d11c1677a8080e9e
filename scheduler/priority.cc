// Bands of priorities.
#include "scheduler/priority.h"

namespace drydock {

Band BandOf(int priority) {
  if (priority >= BASEPRI_REALTIME) return Band::kRealTime;
  if (priority >= BASEPRI_PREEMPT) return Band::kThreadCall;
  if (priority >= MINPRI_KERNEL) return Band::kKernel;
  if (priority >= MINPRI_RESERVED) return Band::kSystem;
  if (priority >= 52) return Band::kUserFixed;
  if (priority > IDLEPRI) return Band::kUserTimeshare;
  return Band::kIdle;
}

const char* BandName(Band band) {
  switch (band) {
    case Band::kIdle:
      return "idle";
    case Band::kUserTimeshare:
      return "user";
    case Band::kUserFixed:
      return "user-fixed";
    case Band::kSystem:
      return "system";
    case Band::kKernel:
      return "kernel";
    case Band::kThreadCall:
      return "thread-call";
    case Band::kRealTime:
      return "real-time";
    case Band::kInterrupt:
      return "interrupt";
  }
  return "?";
}

}  // namespace drydock
