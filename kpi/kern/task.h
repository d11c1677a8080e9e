// kern/task.h
#ifndef _KERN_TASK_H_
#define _KERN_TASK_H_

#include <kern/kern_types.h>

extern "C" {

// The kernel's task.
extern task_t kernel_task;

// The task of the calling thread: the kernel's, or a program's, also while the thread is in the
// kernel.
task_t current_task(void);

}  // extern "C"

#endif  // _KERN_TASK_H_
