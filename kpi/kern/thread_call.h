// kern/thread_call.h
//
// Functions for the kernel's worker threads to run, now or at a deadline.
// (workloop.md 4.6, 4.7)
#ifndef _KERN_THREAD_CALL_H_
#define _KERN_THREAD_CALL_H_

#include <stdint.h>

#include <mach/boolean.h>
#include <mach/kern_return.h>

namespace drydock::kernel {
struct ThreadCall;
}

typedef drydock::kernel::ThreadCall *thread_call_t;
typedef void *thread_call_param_t;
typedef void (*thread_call_func_t)(thread_call_param_t param0, thread_call_param_t param1);

// Groups of workers; the default is THREAD_CALL_PRIORITY_HIGH.
typedef enum {
  THREAD_CALL_PRIORITY_HIGH = 0,
  THREAD_CALL_PRIORITY_KERNEL = 1,
  THREAD_CALL_PRIORITY_USER = 2,
  THREAD_CALL_PRIORITY_LOW = 3,
  THREAD_CALL_PRIORITY_KERNEL_HIGH = 4,
} thread_call_priority_t;

typedef uint32_t thread_call_options_t;
enum {
  THREAD_CALL_OPTIONS_ONCE = 0x00000001,    // does not run beside itself
  THREAD_CALL_OPTIONS_SIGNAL = 0x00000002,  // runs at its deadline, in interrupt context
};

extern "C" {

// A call of `func(param0, …)`. The caller owns it.
thread_call_t thread_call_allocate(thread_call_func_t func, thread_call_param_t param0);
thread_call_t thread_call_allocate_with_priority(thread_call_func_t func,
                                                 thread_call_param_t param0,
                                                 thread_call_priority_t priority);
thread_call_t thread_call_allocate_with_options(thread_call_func_t func, thread_call_param_t param0,
                                                thread_call_priority_t priority,
                                                thread_call_options_t options);

// FALSE, and nothing happens, while the call is pending. One that runs is freed when it has
// returned.
boolean_t thread_call_free(thread_call_t call);

// Queues the call, or moves it if it is pending already, which is what they return. The second
// parameter of the function is `param1` or null. `deadline` is absolute. Any context.
boolean_t thread_call_enter(thread_call_t call);
boolean_t thread_call_enter1(thread_call_t call, thread_call_param_t param1);
boolean_t thread_call_enter_delayed(thread_call_t call, uint64_t deadline);
boolean_t thread_call_enter1_delayed(thread_call_t call, thread_call_param_t param1,
                                     uint64_t deadline);

// Cancels a pending call, and returns whether it was pending; a call that runs goes on. _wait waits
// for that too (thread context, not in the call itself).
boolean_t thread_call_cancel(thread_call_t call);
boolean_t thread_call_cancel_wait(thread_call_t call);

}  // extern "C"

#endif  // _KERN_THREAD_CALL_H_
