// libkern/task.h
//
// Tasks: the kernel's, and those of programs. All share one address space; a task is whose thread a
// thread is, what its program may do, and in whose name ports are held
// (drivers/service/mach_port.h).
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

// The task may nothing any more: it has died.
void TaskLoseAll(task_t task);

// Makes the calling thread one of the task's; current_task tells. A thread begins as the kernel's.
void TaskAdoptCurrentThread(task_t task);

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_TASK_H_
