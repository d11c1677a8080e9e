// kern/task.h
#ifndef _KERN_TASK_H_
#define _KERN_TASK_H_

#include <kern/kern_types.h>

extern "C" {

// The kernel's address space: the only one.
extern task_t kernel_task;

task_t current_task(void);

}  // extern "C"

#endif  // _KERN_TASK_H_
