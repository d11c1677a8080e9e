// scheduler/sim/thread_calls.h
//
// Thread calls: the groups of workers that run them. (workloop.md 4.6 and 4.7)
#ifndef DRYDOCK_SCHEDULER_SIM_THREAD_CALLS_H_
#define DRYDOCK_SCHEDULER_SIM_THREAD_CALLS_H_

#include <array>
#include <vector>

#include "scheduler/kernel/profile.h"
#include "scheduler/kernel/thread_call.h"
#include "scheduler/sim/deadline_queue.h"
#include "scheduler/sim/list.h"
#include "scheduler/sim/pool.h"
#include "scheduler/sim/thread.h"
#include "scheduler/thread_call_groups.h"

namespace drydock::kernel {

struct ThreadCall : sim::Recycled<ThreadCall> {
  sim::Deadline deadline{sim::Deadline::Kind::kThreadCall, this};
  ThreadCallFunction function = nullptr;
  void* parameter0 = nullptr;
  void* parameter1 = nullptr;
  sim::ThreadCallGroup* group = nullptr;
  uint32_t options = 0;
  ObjectId id = 0;
  int running = 0;            // workers inside the function
  Thread* runs_on = nullptr;  // the worker that began it last
  bool queued = false;        // in its group's queue, or signalled
  sim::ListHook queue_hook;
  bool again = false;       // a kThreadCallOnce call entered while it runs
  Time again_deadline = 0;  // 0 = now
  bool free_when_done = false;

  bool pending() const { return deadline.queued() || queued || again; }
  // Notes for the strategy that the step in progress reads or changes the call.
  void Touch() const;
};

}  // namespace drydock::kernel

namespace drydock::sim {

// Calls that wait to be run, first come, first served.
using ThreadCallQueue = List<kernel::ThreadCall, &kernel::ThreadCall::queue_hook, /*counted=*/true>;

// The workers of one priority.
struct ThreadCallGroup : kernel::ThreadCallGroupKind {
  ThreadCallQueue pending;
  std::vector<kernel::Thread*> idle;  // last in, first out
  int active = 0;                     // workers that are not blocked

  // Makes sure that a worker runs what is pending: wakes or creates one if need be.
  void Kick();
  void WorkerBlocked() {
    --active;
    Kick();
  }
  void WorkerUnblocked() { ++active; }
  // Notes for the strategy that the step in progress reads or changes the group.
  void Touch() const;

 private:
  void Work();
  void Run(kernel::ThreadCall* call);
};

class ThreadCalls : public Recycled<ThreadCalls> {
 public:
  explicit ThreadCalls(kernel::Profile profile);

  kernel::ThreadCall* Make(kernel::ThreadCallPriority priority);
  void Free(kernel::ThreadCall* call);

  // Queues, moves or takes back a call; whether it was pending. `deadline` 0 = now.
  bool Enter(kernel::ThreadCall* call, void* parameter1, kernel::Time deadline);
  bool Cancel(kernel::ThreadCall* call);

  // Its deadline has passed.
  void Due(kernel::ThreadCall* call);

  // The timer line's handler: runs the kThreadCallSignal calls that are due. `calls` is this.
  static void RunSignalled(void* calls, int line);

 private:
  void Queue(kernel::ThreadCall* call);
  ThreadCallQueue& QueueOf(kernel::ThreadCall* call);

  // Indexed by ThreadCallPriority; historic: only the first.
  std::array<ThreadCallGroup, kernel::kThreadCallPriorities> groups_;
  const bool one_group_;
  ThreadCallQueue signalled_;
  Pool<kernel::ThreadCall> calls_;
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_THREAD_CALLS_H_
