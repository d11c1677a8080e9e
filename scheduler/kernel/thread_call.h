// scheduler/kernel/thread_call.h
//
// Thread calls: functions run by the kernel's own worker threads, now or at a deadline.
// (workloop.md 4.6, 4.7)
#ifndef DRYDOCK_SCHEDULER_KERNEL_THREAD_CALL_H_
#define DRYDOCK_SCHEDULER_KERNEL_THREAD_CALL_H_

#include "scheduler/kernel/types.h"

namespace drydock::kernel {

// Mach's values; each is a group of workers of its own. The historic profile has one group for all,
// with workers at 94.
enum class ThreadCallPriority : int {
  kHigh = 0,                // workers at 93
  kKernel = 1,              // 81
  kUser = 2,                // 31
  kLow = 3,                 // 4
  kKernelHigh = 4,          // 92
  kQosUserInteractive = 5,  // 47
  kQosUserInitiated = 6,    // 37
  kQosUtility = 7,          // 20
};
inline constexpr int kThreadCallPriorities = 8;

enum ThreadCallOptions : uint32_t {
  kThreadCallOnce = 1,    // entered while it runs, it is queued only once it has returned
  kThreadCallSignal = 2,  // runs at the deadline itself, in interrupt context, not on a worker
};

struct ThreadCall;
using ThreadCallFunction = void (*)(void* parameter0, void* parameter1);

ThreadCall* ThreadCallAllocate(ThreadCallFunction function, void* parameter0,
                               ThreadCallPriority priority, uint32_t options);

// Frees the call. False, and nothing happens, while it is queued. Running, it is freed when it has
// returned.
bool ThreadCallFree(ThreadCall* call);

// Queues the call, at an absolute deadline or, if it is 0, now; a call already pending is moved.
// Returns whether it was pending. `parameter1` is handed to the function. Any context.
bool ThreadCallEnterDelayed(ThreadCall* call, void* parameter1, Time deadline);
inline bool ThreadCallEnter(ThreadCall* call, void* parameter1) {
  return ThreadCallEnterDelayed(call, parameter1, 0);
}

// Takes a pending call back; returns whether it was pending. Does not wait for one that runs;
// CancelWait does (thread context, not from the call itself).
bool ThreadCallCancel(ThreadCall* call);
bool ThreadCallCancelWait(ThreadCall* call);

// The earliest deadline that a thread call is pending for; 0 if there is none. Any context.
Time ThreadCallNextDeadline();

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_THREAD_CALL_H_
