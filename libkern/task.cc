// Tasks, and which task each thread belongs to.
#include "libkern/task.h"

#include <deque>
#include <vector>

#include "scheduler/kernel/atomic_section.h"
#include "scheduler/kernel/per_boot.h"
#include "scheduler/kernel/thread.h"
#include "trace/names.h"

namespace kernel = drydock::kernel;

namespace {

task the_kernel = {0, "kernel_task", true, nullptr};

struct Tasks {
  std::deque<task> tasks;         // a deque: addresses stay valid
  std::vector<task_t> of_thread;  // by thread id; as long as the highest adopted id
};

kernel::PerBoot<Tasks> tasks;

}  // namespace

task_t kernel_task = &the_kernel;

task_t current_task(void) {
  const kernel::AtomicSection section;
  const kernel::ThreadId thread = kernel::ThreadIdOf(kernel::CurrentThread());
  const std::vector<task_t>& of_thread = tasks->of_thread;
  return thread < of_thread.size() && of_thread[thread] != nullptr ? of_thread[thread]
                                                                   : kernel_task;
}

namespace drydock {

task_t TaskMake(const char* name, bool root, OSDictionary* entitlements) {
  if (entitlements != nullptr) entitlements->retain();
  const kernel::AtomicSection section;
  const int pid = static_cast<int>(tasks->tasks.size()) + 1;
  return &tasks->tasks.emplace_back(task{pid, trace::Intern(name), root, entitlements});
}

void TaskLoseAll(task_t task) {
  task->root = false;
  OSSafeReleaseNULL(task->entitlements);
}

void TaskAdoptCurrentThread(task_t task) {
  const kernel::AtomicSection section;
  const kernel::ThreadId thread = kernel::ThreadIdOf(kernel::CurrentThread());
  std::vector<task_t>& of_thread = tasks->of_thread;
  if (of_thread.size() <= thread) of_thread.resize(thread + 1);
  of_thread[thread] = task;
}

}  // namespace drydock
