// The threads of a run, and what is asked about all of them.
#include "scheduler/sim/thread_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/sim/cpu.h"
#include "scheduler/sim/policy.h"
#include "trace/names.h"

namespace drydock::sim {

using kernel::Thread;

Thread* ThreadTable::Make(const kernel::ThreadOptions& options, std::function<void()> body) {
  Thread& thread = *threads_.emplace_back(std::make_unique<Thread>());
  thread.id = static_cast<kernel::ThreadId>(threads_.size());
  thread.name = trace::Intern(options.name);
  thread.daemon = options.daemon;
  thread.user = options.user;
  thread.task_priority = options.user ? BASEPRI_DEFAULT : BASEPRI_KERNEL;
  thread.max_priority = options.user ? MAXPRI_USER : MAXPRI_KERNEL;
  SetBase(thread, options.priority, options.mode, options.time_constraint);
  thread.body = std::move(body);
  thread.timeout.operation = {kernel::OperationKind::kDeadline, 0};
  thread.depression.operation = {kernel::OperationKind::kDeadline, 0};
  if (!options.daemon) ++unfinished_;
  return &thread;
}

bool ThreadTable::OthersAreAtRest(const Thread* self) const {
  return std::all_of(threads_.begin(), threads_.end(), [self](const auto& thread) {
    return thread.get() == self || thread->state == Thread::State::kWaiting ||
           thread->state == Thread::State::kExited;
  });
}

bool ThreadTable::OnAnyStack(const void* address) const {
  return std::any_of(threads_.begin(), threads_.end(), [address](const auto& thread) {
    return thread->fiber != nullptr && thread->fiber->OnStack(address);
  });
}

std::string WaitText(const Thread& thread) {
  std::string text =
      absl::StrCat(thread.note.verb, *thread.note.name != '\0' ? " " : "", thread.note.name);
  if (thread.note.owner != nullptr) {
    absl::StrAppend(&text, ", held by thread ", thread.note.owner->name);
  }
  return text;
}

std::vector<BlockedThread> ThreadTable::Blocked(const WaitNumbers& numbers) const {
  std::vector<BlockedThread> blocked;
  for (const std::unique_ptr<Thread>& pointer : threads_) {
    const Thread& thread = *pointer;
    if (thread.daemon || thread.state == Thread::State::kExited) continue;
    std::string reason;
    if (thread.state == Thread::State::kWaiting) {
      reason = WaitText(thread);
    } else {
      reason = thread.cpu != nullptr && thread.cpu->stalled_on != nullptr ? "spins" : "was running";
    }
    // (The end of a thread is waited for as an event, which is the thread.)
    const bool sleeps = thread.state == Thread::State::kWaiting && thread.waits_for == nullptr &&
                        !thread.note.for_lock &&
                        std::none_of(threads_.begin(), threads_.end(), [&](const auto& other) {
                          return other.get() == thread.wait_event;
                        });
    blocked.push_back(
        {thread.id,
         thread.name,
         thread.priority,
         std::move(reason),
         thread.fiber != nullptr ? FiberPool::Get().StackOf(*thread.fiber) : CallStack(),
         sleeps ? numbers.Find(thread.wait_event) : 0,
         {}});
  }
  return blocked;
}

}  // namespace drydock::sim
