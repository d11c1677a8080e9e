// scheduler/host/spin.h
//
// Whether it is worth looking again for what another CPU is about to do: whether there is one.
#ifndef DRYDOCK_SCHEDULER_HOST_SPIN_H_
#define DRYDOCK_SCHEDULER_HOST_SPIN_H_

namespace drydock::host {

// Looks how many CPUs the host lets the calling thread have; before the run's threads exist.
void CountHostCpus();

}  // namespace drydock::host

#endif  // DRYDOCK_SCHEDULER_HOST_SPIN_H_
