// scheduler/kernel/types.h
//
// The words every part of the kernel interface uses.
//
// The kernel interface (this folder) is all that libkern/, workloop/, eventsources/ and drivers/
// know of the machine. It is implemented twice and chosen at link time: scheduler/sim (one host
// thread, fibers, virtual time) and scheduler/host (real threads). Functions carry Mach's names in
// this project's spelling.
#ifndef DRYDOCK_SCHEDULER_KERNEL_TYPES_H_
#define DRYDOCK_SCHEDULER_KERNEL_TYPES_H_

#include <cstdint>

#include "trace/event.h"

namespace drydock::kernel {

using trace::ObjectId;
using trace::ThreadId;

// Nanoseconds of virtual time since boot; also what mach_absolute_time returns (1 tick = 1 ns).
using Time = uint64_t;

// A thread. Opaque: the implementation defines it. Valid until the run it belongs to has ended.
struct Thread;

// A fresh id, unique in this run, never 0.
ObjectId NewObjectId();

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_TYPES_H_
