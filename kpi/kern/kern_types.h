// kern/kern_types.h
//
// Threads, waits and how they end. (workloop.md 0.2)
#ifndef _KERN_KERN_TYPES_H_
#define _KERN_KERN_TYPES_H_

#include <stddef.h>
#include <stdint.h>

namespace drydock::kernel {
struct Thread;
}

// A thread; valid until the run it belongs to has ended.
typedef drydock::kernel::Thread *thread_t;
#define THREAD_NULL ((thread_t) nullptr)

// A program, or the kernel (kern/task.h); valid until the run has ended. All share one address
// space.
typedef struct task *task_t;
#define TASK_NULL ((task_t) nullptr)

// What threads wait for: an address, compared for equality only.
typedef void *event_t;
typedef uint64_t event64_t;
#define NO_EVENT ((event_t) nullptr)

typedef int wait_result_t;
#define THREAD_WAITING (-1)
#define THREAD_AWAKENED 0
#define THREAD_TIMED_OUT 1
#define THREAD_INTERRUPTED 2
#define THREAD_RESTART 3
#define THREAD_NOT_WAITING 10

typedef int wait_interrupt_t;
#define THREAD_UNINT 0
#define THREAD_INTERRUPTIBLE 1
#define THREAD_ABORTSAFE 2
#define THREAD_WAIT_NOREPORT_KERNEL 0x80000000
#define THREAD_WAIT_NOREPORT_USER 0x40000000

// What a thread begins with.
typedef void (*thread_continue_t)(void *parameter, wait_result_t result);
#define THREAD_CONTINUE_NULL ((thread_continue_t) nullptr)

#endif  // _KERN_KERN_TYPES_H_
