// kern/sched_prim.h
//
// Waiting Mach's way: assert the wait, look once more, block. (workloop.md 0.2)
#ifndef _KERN_SCHED_PRIM_H_
#define _KERN_SCHED_PRIM_H_

#include <kern/clock.h>
#include <kern/kern_types.h>
#include <kern/thread.h>

extern "C" {

// Declares that the calling thread will wait for `event`. THREAD_WAITING; or THREAD_INTERRUPTED if
// an abort is pending, and then it does not wait. Thread context; thread_block must follow.
wait_result_t assert_wait(event_t event, wait_interrupt_t interruptible);
// Also ends at an absolute time / after `interval * scale_factor` ns.
wait_result_t assert_wait_deadline(event_t event, wait_interrupt_t interruptible,
                                   uint64_t deadline);
wait_result_t assert_wait_timeout(event_t event, wait_interrupt_t interruptible, uint32_t interval,
                                  uint32_t scale_factor);

// Blocks until the asserted wait has ended; says how. Continuations are not supported: pass
// THREAD_CONTINUE_NULL, anything else panics.
wait_result_t thread_block(thread_continue_t continuation);

// Wakes all threads that wait for `event`, or the first in line. KERN_SUCCESS, or KERN_NOT_WAITING
// if none waited. Any context.
kern_return_t thread_wakeup_prim(event_t event, boolean_t one_thread, wait_result_t result);
#define thread_wakeup(event) thread_wakeup_prim((event), FALSE, THREAD_AWAKENED)
#define thread_wakeup_one(event) thread_wakeup_prim((event), TRUE, THREAD_AWAKENED)
#define thread_wakeup_with_result(event, result) thread_wakeup_prim((event), FALSE, (result))

}  // extern "C"

#endif  // _KERN_SCHED_PRIM_H_
