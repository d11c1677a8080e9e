// Which time constraints Mach accepts, and the names of scheduling modes.
#include "scheduler/kernel/policy.h"

namespace drydock::kernel {

const char* SchedulingModeName(SchedulingMode mode) {
  switch (mode) {
    case SchedulingMode::kNone:
      return "none";
    case SchedulingMode::kRealTime:
      return "real time";
    case SchedulingMode::kFixed:
      return "fixed";
    case SchedulingMode::kTimeshare:
      return "timeshare";
  }
  return "?";
}

bool TimeConstraintIsValid(const TimeConstraint& constraint) {
  return constraint.constraint >= constraint.computation &&
         constraint.computation >= kShortestComputation &&
         constraint.computation <= kLongestComputation && constraint.priority >= BASEPRI_RTQUEUES &&
         constraint.priority <= MAXPRI;
}

}  // namespace drydock::kernel
