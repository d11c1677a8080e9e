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
  for (kernel::Thread* thread : threads_) kernel::ThreadJoin(thread);
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
  return thread;
}

void UserTask::Run(std::function<void()> body) {
  kernel::ThreadJoin(Start("main", std::move(body)));
}

void UserTask::Kill() {
  if (std::exchange(dead_, true)) return;
  const bool user_mode = kernel::SetUserMode(false);
  for (kernel::Thread* thread : threads_) {
    if (thread != kernel::CurrentThread()) kernel::ThreadAbort(thread, /*safely=*/false);
  }
  PortDropAll(task_);
  TaskLoseAll(task_);
  if (user_mode) kernel::SetUserMode(true);
}

}  // namespace drydock
