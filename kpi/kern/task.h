// kern/task.h
#ifndef _KERN_TASK_H_
#define _KERN_TASK_H_

#include <kern/kern_types.h>

extern "C" {

// The kernel's.
extern task_t kernel_task;

// Whose the calling thread is: a program's, also while it is in the kernel, or the kernel's.
task_t current_task(void);

}  // extern "C"

#endif  // _KERN_TASK_H_
