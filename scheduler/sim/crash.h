// scheduler/sim/crash.h
//
// Faults of the host's process in simulated code: a null pointer, a division by zero, abort(), an
// uncaught exception, a used-up stack. They panic the simulated kernel, as they would a Mac's; the
// process and the campaign go on.
#ifndef DRYDOCK_SCHEDULER_SIM_CRASH_H_
#define DRYDOCK_SCHEDULER_SIM_CRASH_H_

namespace drydock::sim {

// Installs the handlers, for the calling host thread; faults outside of simulated code still end
// the process. A sanitizer's build leaves faults to the sanitizer. Cheap if repeated.
void PanicOnFaults();

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_CRASH_H_
