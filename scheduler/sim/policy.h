// scheduler/sim/policy.h
//
// Setting the base priority of a thread.
#ifndef DRYDOCK_SCHEDULER_SIM_POLICY_H_
#define DRYDOCK_SCHEDULER_SIM_POLICY_H_

#include "scheduler/sim/thread.h"

namespace drydock::sim {

// Gives the thread a base of `priority` and what goes with it: from 96 on it is real time, by
// `constraint`; below it has `mode`, or what is usual in its task.
void SetBase(kernel::Thread& thread, int priority, kernel::SchedulingMode mode,
             const kernel::TimeConstraint& constraint);

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_POLICY_H_
