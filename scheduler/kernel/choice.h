// scheduler/kernel/choice.h
//
// The choice point: a point in a thread where the order of threads can be observed, and so may
// vary.
#ifndef DRYDOCK_SCHEDULER_KERNEL_CHOICE_H_
#define DRYDOCK_SCHEDULER_KERNEL_CHOICE_H_

#include "scheduler/kernel/operation.h"

namespace drydock::kernel {

// Says that the calling thread is about to do `kind` to `object`. Other CPUs, interrupts and the
// outside world may act before it returns; the calling thread may be preempted. It costs the
// operation's virtual time (scheduler/cost_model.h). In the outside world, and with no run in
// progress, it does nothing.
void ChoicePoint(OperationKind kind, ObjectId object);

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_CHOICE_H_
