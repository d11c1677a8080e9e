// scheduler/kernel/outside.h
//
// The world outside the CPUs: device models, the hand on the cable. What happens there is a
// function called at a time; it runs on no thread, must not block, and reaches the CPUs only by
// raising interrupt lines (or, as a convenience of tests, by waking an event).
#ifndef DRYDOCK_SCHEDULER_KERNEL_OUTSIDE_H_
#define DRYDOCK_SCHEDULER_KERNEL_OUTSIDE_H_

#include "scheduler/kernel/types.h"

namespace drydock::kernel {

using OutsideFunction = void (*)(void* context);

// Names one scheduled happening; 0 is none. Never reused within a run.
using OutsideHandle = uint64_t;

// Calls `function(context)` in the outside world at `when`, or as soon as may be if that has
// passed. `what` says what happens ("bulk IN done") and outlives the run. `object` is the device it
// happens to. Any context.
OutsideHandle OutsideSchedule(Time when, const char* what, ObjectId object,
                              OutsideFunction function, void* context);

// The same at the moment `thread` next blocks, for what is to happen while it waits. By then the
// strategy may let others go first, so the function looks whether it still does.
OutsideHandle OutsideScheduleAtBlock(Thread* thread, const char* what, ObjectId object,
                                     OutsideFunction function, void* context);

// The same when the run comes to its `number`th choice point, counted from boot; at once if it has
// passed.
OutsideHandle OutsideScheduleAtChoicePoint(uint64_t number, const char* what, ObjectId object,
                                           OutsideFunction function, void* context);

// When the last of what is scheduled now will happen; 0 if nothing is, kNever while something waits
// for a choice point. (Of what waits for a thread to block nobody knows.)
Time OutsideUntil();

// Takes it back. False if it has happened already.
bool OutsideCancel(OutsideHandle handle);

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_OUTSIDE_H_
