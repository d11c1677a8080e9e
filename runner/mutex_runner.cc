#include "runner/mutex_runner.h"

#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/wait.h"

namespace drydock {

MutexRunner::MutexRunner(const Options& options)
    : lock_(kernel::MutexAlloc(options.name)), slots_(options.slots), services_(this) {
  kernel::ThreadOptions thread;
  thread.name = options.name;
  thread.priority = options.priority;
  thread.daemon = true;
  thread_ = kernel::ThreadStart(thread, [this] { Main(); });
}

MutexRunner::~MutexRunner() {
  if (OnThread()) kernel::Panic("a device runner is destroyed by a closure that it runs");
  Post<void>([this] { ends_ = true; });
  kernel::ThreadJoin(thread_);
  kernel::MutexFree(lock_);
}

bool MutexRunner::OnThread() const {
  return kernel::CurrentThread() == thread_ && !kernel::InInterruptContext();
}

absl::Status MutexRunner::Flush() {
  if (OnThread()) {
    return absl::FailedPreconditionError("Flush on the runner's own thread would wait for itself");
  }
  absl::Status first_error;
  auto collect = [&] { first_error = std::exchange(first_error_, absl::OkStatus()); };
  Run(kBorrowedClosure<void, MutexRunner, decltype(collect)>, &collect).IgnoreError();
  return first_error;
}

void MutexRunner::Sleep(const void* event, const char* verb, kernel::Thread* owner) {
  kernel::MutexSleep(
      lock_, event, kernel::Interruptible::kUninterruptible, 0,
      {verb, kernel::ThreadName(kernel::CurrentThread()), kernel::MutexId(lock_), owner});
}

void MutexRunner::Push(const Entry& entry) {
  kernel::MutexLock(lock_);
  while (queue_.size() >= slots_) Sleep(&slots_, "waits for room, thread", thread_);
  queue_.push_back(entry);
  kernel::MutexUnlock(lock_);
  kernel::ThreadWakeup(&queue_, /*one_thread=*/true);
}

absl::Status MutexRunner::Run(const ClosureType& type, void* closure) {
  if (OnThread()) return services_.Run(type, closure);
  absl::Status status;
  bool done = false;
  Push({&type, closure, &status, &done});
  kernel::MutexLock(lock_);
  while (!done) Sleep(&done, "waits for a call, thread", thread_);
  kernel::MutexUnlock(lock_);
  return status;
}

void MutexRunner::Main() {
  while (!ends_) {
    kernel::MutexLock(lock_);
    while (queue_.empty()) Sleep(&queue_, "waits for work of device", nullptr);
    const Entry entry = queue_.front();
    queue_.pop_front();
    kernel::MutexUnlock(lock_);
    kernel::ThreadWakeup(&slots_, /*one_thread=*/true);

    absl::Status status = services_.Run(*entry.type, entry.closure);
    if (entry.type->drop != nullptr) entry.type->drop(entry.closure);
    if (entry.done != nullptr) {
      kernel::MutexLock(lock_);
      *entry.status = std::move(status);
      *entry.done = true;
      kernel::MutexUnlock(lock_);
      // (Its address only: it may be gone.)
      kernel::ThreadWakeup(entry.done, /*one_thread=*/false);
    } else if (!status.ok() && first_error_.ok()) {
      first_error_ = std::move(status);
    }
  }
  services_.Clear();
}

}  // namespace drydock
