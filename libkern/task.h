// libkern/task.h
//
// Tasks: the kernel's, and those of programs. All share one address space. A task owns threads and
// port rights (drivers/service/mach_port.h), and has the privileges of its program.
#ifndef DRYDOCK_LIBKERN_TASK_H_
#define DRYDOCK_LIBKERN_TASK_H_

#include <kern/task.h>
#include <libkern/c++/OSDictionary.h>

struct task {
  int pid;           // 0 is the kernel
  const char* name;  // interned
  bool root;         // runs as the superuser
  // What the program is entitled to; retained, null if nothing.
  OSDictionary* entitlements;
};

namespace drydock {

// A new task; it lives until the run has ended. `entitlements` is retained until TaskLoseAll.
task_t TaskMake(const char* name, bool root, OSDictionary* entitlements);

// Takes all entitlements from a task that has ended.
void TaskLoseAll(task_t task);

// Makes the calling thread one of the task's, which current_task returns from then on. A thread
// begins as one of the kernel's.
void TaskAdoptCurrentThread(task_t task);

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_TASK_H_
