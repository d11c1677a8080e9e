// scheduler/host/thread_calls.h
//
// Thread calls on host threads: the same groups of workers as on the simulated machine.
#ifndef DRYDOCK_SCHEDULER_HOST_THREAD_CALLS_H_
#define DRYDOCK_SCHEDULER_HOST_THREAD_CALLS_H_

#include <array>
#include <deque>
#include <vector>

#include "scheduler/host/deadlines.h"
#include "scheduler/host/futex.h"
#include "scheduler/host/lock.h"
#include "scheduler/kernel/profile.h"
#include "scheduler/kernel/thread_call.h"
#include "scheduler/thread_call_groups.h"

namespace drydock::host {
struct ThreadCallGroup;
}

namespace drydock::kernel {

// Guarded by the lock of ThreadCalls, but for what never changes.
struct ThreadCall {
  ThreadCallFunction function = nullptr;
  void* parameter0 = nullptr;
  void* parameter1 = nullptr;
  host::ThreadCallGroup* group = nullptr;
  uint32_t options = 0;
  ObjectId id = 0;
  host::DeadlineThread::Handle armed = 0;  // its deadline
  bool queued = false;                     // in its group's line
  int running = 0;                         // workers inside the function
  Thread* runs_on = nullptr;               // the worker that began last
  bool again = false;                      // a kThreadCallOnce call entered while it runs
  Time again_deadline = 0;                 // 0 = now
  bool free_when_done = false;

  bool pending() const { return armed != 0 || queued || again; }
};

}  // namespace drydock::kernel

namespace drydock::host {

using kernel::ThreadCall;

// The workers of one priority.
struct ThreadCallGroup : kernel::ThreadCallGroupKind {
  std::deque<ThreadCall*> pending;
  std::vector<kernel::Thread*> idle;  // last in, first out
  int active = 0;                     // workers that are not blocked
};

class ThreadCalls {
 public:
  explicit ThreadCalls(kernel::Profile profile);

  ThreadCall* Make(kernel::ThreadCallFunction function, void* parameter0,
                   kernel::ThreadCallPriority priority, uint32_t options);
  bool Free(ThreadCall* call);
  bool Enter(ThreadCall* call, void* parameter1, kernel::Time deadline);
  bool Cancel(ThreadCall* call);
  // True if it does not run. Else the calling thread has asserted a wait for its end.
  bool AssertDone(ThreadCall* call);
  kernel::Thread* RunsOn(ThreadCall* call);

  // A worker that runs a call is about to block / goes on.
  void WorkerBlocked(ThreadCallGroup* group);
  void WorkerUnblocked(ThreadCallGroup* group);

 private:
  // All with the lock held.
  bool EnterLocked(ThreadCall* call, void* parameter1, kernel::Time deadline);
  bool CancelLocked(ThreadCall* call);
  void Queue(ThreadCall* call);
  void Kick(ThreadCallGroup* group);
  // Gives the lock up while the function runs.
  void Run(ThreadCall* call);

  void Due(ThreadCall* call, DeadlineThread::Handle handle);
  void Work(ThreadCallGroup* group);

  RawLock lock_;
  std::array<ThreadCallGroup, kernel::kThreadCallPriorities> groups_;
  const bool one_group_;
  Pool<ThreadCall> calls_;
};

}  // namespace drydock::host

#endif  // DRYDOCK_SCHEDULER_HOST_THREAD_CALLS_H_
