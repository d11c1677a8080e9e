// scheduler/sim/crash.h
//
// Faults of the host's process in simulated code: a null pointer, a division by zero, abort(), an
// exception nobody catches, a stack that is used up. They panic the simulated kernel, which a Mac's
// would be too; the process and the campaign go on.
#ifndef DRYDOCK_SCHEDULER_SIM_CRASH_H_
#define DRYDOCK_SCHEDULER_SIM_CRASH_H_

namespace drydock::sim {

// Makes it so from now on, for the calling host thread; faults outside of simulated code end the
// process as before. A sanitizer's build leaves faults to the sanitizer. Cheap if repeated.
void PanicOnFaults();

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_CRASH_H_
