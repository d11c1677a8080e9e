// scheduler/host/outside_events.h
//
// Outside events that wait for a thread to block or for a choice point.
#ifndef DRYDOCK_SCHEDULER_HOST_OUTSIDE_EVENTS_H_
#define DRYDOCK_SCHEDULER_HOST_OUTSIDE_EVENTS_H_

#include <atomic>
#include <cstdint>
#include <vector>

#include "scheduler/host/deadlines.h"
#include "scheduler/host/futex.h"
#include "scheduler/kernel/outside.h"

namespace drydock::host {

// Runs an outside event on the devices' thread, in an AtomicSection.
void Happen(DeadlineThread::Handle handle, kernel::OutsideFunction function, void* argument);

class OutsideEvents {
 public:
  struct Trigger {
    DeadlineThread::Handle handle;
    const kernel::Thread* at_block_of;  // null: at a choice point
    uint64_t at_choice_point;
    kernel::OutsideFunction function;
    void* context;
  };

  void Add(const Trigger& trigger);
  bool Remove(DeadlineThread::Handle handle);

  // Whether an event waits for a thread to block or for a choice point.
  bool any() const { return triggers_pending_.load(std::memory_order_relaxed) != 0; }
  // `thread` is about to block; if that is null, a choice point is passed.
  void Pull(const kernel::Thread* thread);

 private:
  RawLock lock_;  // guards the next two
  std::vector<Trigger> triggers_;
  uint64_t choice_points_ = 0;  // while there were triggers
  std::atomic<uint32_t> triggers_pending_{0};
};

}  // namespace drydock::host

#endif  // DRYDOCK_SCHEDULER_HOST_OUTSIDE_EVENTS_H_
