// A device runner made of a mutex and a queue.
#include "runner/mutex_runner.h"

#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/wait.h"

namespace drydock {

MutexRunner::MutexRunner(const Options& options)
    : RunnerThread(options),
      lock_(kernel::MutexAlloc(options.name)),
      slots_(options.slots),
      services_(this) {
  kernel::ThreadOptions thread;
  thread.name = options.name;
  thread.priority = options.priority;
  thread.daemon = true;
  thread_ = kernel::ThreadStart(thread, [this] { Main(); });
}

MutexRunner::~MutexRunner() {
  if (OnThread()) kernel::Panic("a device runner is destroyed by a closure that it runs");
  auto end = [this] { ends_ = true; };
  Push({&kBorrowedClosure<void, MutexRunner, decltype(end)>, &end}, nullptr).IgnoreError();
  kernel::ThreadJoin(thread_);
  kernel::MutexFree(lock_);
}

absl::Status MutexRunner::Flush() {
  if (OnThread()) {
    return absl::FailedPreconditionError("Flush on the runner's own thread would wait for itself");
  }
  absl::Status first_error;
  auto collect = [&] { first_error = std::exchange(first_error_, absl::OkStatus()); };
  absl::Status status = Run(kBorrowedClosure<void, MutexRunner, decltype(collect)>, &collect);
  return status.ok() ? first_error : status;
}

void MutexRunner::Sleep(const void* event, const char* verb, kernel::Thread* owner) {
  kernel::MutexSleep(
      lock_, event, kernel::Interruptible::kUninterruptible, 0,
      {verb, kernel::ThreadName(kernel::CurrentThread()), kernel::MutexId(lock_), owner});
}

void MutexRunner::Enqueue(const Entry& entry) {
  queue_.push_back(entry);
  queued_.store(queue_.size(), std::memory_order_relaxed);
  posted_.store(posted_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

absl::Status MutexRunner::Push(const Entry& entry, RunnerThread* caller) {
  const auto has_room = [](const void* runner) {
    return !static_cast<const MutexRunner*>(runner)->IsFull();
  };
  {
    const Locked locked(lock_);
    while (IsFull()) {
      // Each time anew: another producer may have taken the room that this one was woken for, after
      // a look at this wait had found it over.
      if (caller != nullptr) {
        ChoicePointForWait();
        if (!BeginWait(caller, this, has_room, this)) return WaitRefused(*caller, *this);
      }
      Sleep(&slots_, "waits for room, thread", thread_);
      if (caller != nullptr) EndWait(caller);
    }
    Enqueue(entry);
  }
  kernel::ThreadWakeup(&queue_, /*one_thread=*/true);
  return absl::OkStatus();
}

absl::Status MutexRunner::Run(const ClosureType& type, void* closure) {
  RunnerThread* const caller = Current();
  if (caller == this) return services_.Run(type, closure);
  Call call;
  if (caller != nullptr) {
    const auto is_over = [](const void* subject) {
      return static_cast<const Call*>(subject)->done.load(std::memory_order_relaxed);
    };
    ChoicePointForWait();
    if (!BeginWait(caller, this, is_over, &call)) return WaitRefused(*caller, *this);
  }
  Push({&type, closure, &call}, nullptr).IgnoreError();
  {
    const Locked locked(lock_);
    while (!call.done.load(std::memory_order_relaxed)) {
      Sleep(&call, "waits for a call, thread", thread_);
    }
  }
  if (caller != nullptr) EndWait(caller);
  return std::move(call.status);
}

void MutexRunner::Main() {
  BecomeCurrent();
  kernel::ThreadLocals* const locals = kernel::CurrentThreadLocals();
  while (!ends_) {
    kernel::MutexLock(lock_);
    while (queue_.empty()) Sleep(&queue_, "waits for work of device", nullptr);
    const Entry entry = queue_.front();
    queue_.pop_front();
    queued_.store(queue_.size(), std::memory_order_relaxed);
    kernel::MutexUnlock(lock_);
    kernel::ThreadWakeup(&slots_, /*one_thread=*/true);

    locals->stream = entry.stream;
    absl::Status status = services_.Run(*entry.type, entry.closure);
    if (entry.type->drop != nullptr) entry.type->drop(entry.closure);
    if (entry.call != nullptr) {
      {
        const Locked locked(lock_);
        entry.call->status = std::move(status);
        entry.call->done.store(true, std::memory_order_relaxed);
      }
      // (Its address only: it may be gone.)
      kernel::ThreadWakeup(entry.call, /*one_thread=*/false);
    } else if (!status.ok() && first_error_.ok()) {
      first_error_ = std::move(status);
    }
  }
  locals->stream = 0;  // services end in the thread's own
  services_.Close();
}

}  // namespace drydock
