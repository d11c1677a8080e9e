// scheduler/misuse.h
//
// Misuse and the log read the same on every kernel; these are the two things each kernel has to
// answer for itself.
#ifndef DRYDOCK_SCHEDULER_MISUSE_H_
#define DRYDOCK_SCHEDULER_MISUSE_H_

#include "scheduler/kernel/evidence.h"

namespace drydock::kernel::internal {

// Puts a finding on record, if a run is in progress, and fills in thread, time and stack: the
// caller's. One that ends the run makes it an endless one as soon as the caller is out of the way.
void AddFinding(Finding finding);

// The interrupt line whose handler the caller is in; -1 if it is in none.
int InterruptLineHere();

}  // namespace drydock::kernel::internal

#endif  // DRYDOCK_SCHEDULER_MISUSE_H_
