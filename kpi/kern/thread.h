// kern/thread.h
//
// Kernel threads.
#ifndef _KERN_THREAD_H_
#define _KERN_THREAD_H_

#include <kern/kern_types.h>
#include <mach/boolean.h>
#include <mach/kern_return.h>

// A funnel of the historic profile. (workloop.md 8.3)
typedef struct funnel_lock funnel_t;
#define THR_FUNNEL_NULL ((funnel_t *)nullptr)

extern "C" {

// The calling thread; in interrupt context the one that was interrupted. Null where there is none:
// with no run in progress, or when an interrupt found its CPU idle.
thread_t current_thread(void);

// Starts a thread at BASEPRI_KERNEL that calls `continuation(parameter, THREAD_AWAKENED)` and ends
// when that returns. KERN_SUCCESS.
kern_return_t kernel_thread_start(thread_continue_t continuation, void *parameter,
                                  thread_t *new_thread);

// Threads are not counted here: they stay valid until the end of the run. Both do nothing.
void thread_reference(thread_t thread);
void thread_deallocate(thread_t thread);

// Names the thread in reports.
void thread_set_thread_name(thread_t thread, const char *name);

// The two funnels: of BSD, and of its network stack. A thread holds at most one, and not while it
// is blocked. They panic in the modern profile.
extern funnel_t *kernel_flock;
extern funnel_t *network_flock;
// Takes (TRUE) or releases (FALSE) a funnel; returns whether the calling thread held it.
boolean_t thread_funnel_set(funnel_t *funnel, boolean_t funneled);
// The one the calling thread holds, or THR_FUNNEL_NULL.
funnel_t *thread_funnel_get(void);

}  // extern "C"

#endif  // _KERN_THREAD_H_
