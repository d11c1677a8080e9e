// scheduler/sim/funnel.h
//
// A thread gives up the funnel it holds while it blocks, and has it again before it goes on.
#ifndef DRYDOCK_SCHEDULER_SIM_FUNNEL_H_
#define DRYDOCK_SCHEDULER_SIM_FUNNEL_H_

#include "scheduler/kernel/funnel.h"
#include "scheduler/sim/thread.h"

namespace drydock::sim {

// The calling thread is about to block or to end: releases its funnel, if it holds one; returns
// which. No choice point.
kernel::Funnel DropFunnel(kernel::Thread* self);
// The calling thread goes on: takes the funnel that DropFunnel returned, waiting if need be.
void RetakeFunnel(kernel::Thread* self, kernel::Funnel funnel);

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_FUNNEL_H_
