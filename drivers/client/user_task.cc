// Programs: tasks with threads in user mode.
#include "drivers/client/user_task.h"

#include <utility>

#include "drivers/service/mach_port.h"
#include "libkern/task.h"
#include "trace/names.h"

namespace drydock {

UserTask::UserTask(const Options& options)
    : task_(TaskMake(trace::Intern(options.name), options.root, options.entitlements)),
      priority_(options.priority) {}

UserTask::~UserTask() {
  Kill();
  for (size_t i = 0; i < threads_.size(); ++i) kernel::ThreadJoin(threads_[i]);
  PortDropAll(task_);  // rights given to a call that was inside the kernel when the task died
}

kernel::Thread* UserTask::Start(absl::string_view name, std::function<void()> body) {
  kernel::Thread* thread = kernel::ThreadStart({.name = name, .priority = priority_, .user = true},
                                               [this, body = std::move(body)] {
                                                 TaskAdoptCurrentThread(task_);
                                                 kernel::SetUserMode(true);
                                                 body();
                                                 kernel::SetUserMode(false);
                                               });
  threads_.push_back(thread);
  if (dead_) kernel::ThreadAbort(thread, /*safely=*/false);
  return thread;
}

void UserTask::Run(std::function<void()> body) {
  kernel::ThreadJoin(Start("main", std::move(body)));
}

void UserTask::Kill() {
  if (std::exchange(dead_, true)) return;
  const bool user_mode = kernel::SetUserMode(false);
  // By index: a thread may start another meanwhile.
  for (size_t i = 0; i < threads_.size(); ++i) {
    if (threads_[i] != kernel::CurrentThread()) kernel::ThreadAbort(threads_[i], /*safely=*/false);
  }
  PortDropAll(task_);
  TaskLoseAll(task_);
  if (user_mode) kernel::SetUserMode(true);
}

}  // namespace drydock
