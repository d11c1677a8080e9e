// scheduler/kernel/outside.h
//
// The outside world: everything that is not a CPU, such as device models and the person who pulls a
// cable. An outside event is a function that is called at a time; it runs on no thread, must not
// block, and reaches the CPUs only by raising interrupt lines (or, in tests, by waking an event).
#ifndef DRYDOCK_SCHEDULER_KERNEL_OUTSIDE_H_
#define DRYDOCK_SCHEDULER_KERNEL_OUTSIDE_H_

#include "scheduler/kernel/types.h"

namespace drydock::kernel {

using OutsideFunction = void (*)(void* context);

// Names one scheduled outside event; 0 is none. Never reused within a run.
using OutsideHandle = uint64_t;

// Calls `function(context)` in the outside world at `when`, or as soon as possible if that has
// passed. `what` says what happens ("bulk IN done") and outlives the run. `object` is the device it
// happens to. Any context.
OutsideHandle OutsideSchedule(Time when, const char* what, ObjectId object,
                              OutsideFunction function, void* context);

// The same when `thread` next blocks, for what is to happen while it waits. The strategy may let
// other steps come first, so `function` has to check that the thread still waits.
OutsideHandle OutsideScheduleAtBlock(Thread* thread, const char* what, ObjectId object,
                                     OutsideFunction function, void* context);

// The same when the run comes to its `number`th choice point, counted from boot; at once if it has
// passed.
OutsideHandle OutsideScheduleAtChoicePoint(uint64_t number, const char* what, ObjectId object,
                                           OutsideFunction function, void* context);

// Cancels an outside event. False if it has happened already.
bool OutsideCancel(OutsideHandle handle);

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_OUTSIDE_H_
