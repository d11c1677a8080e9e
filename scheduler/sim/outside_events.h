// scheduler/sim/outside_events.h
//
// What is scheduled to happen in the outside world: at a time, or when a thread blocks or a choice
// point comes (then it has a trigger, and no deadline yet).
#ifndef DRYDOCK_SCHEDULER_SIM_OUTSIDE_EVENTS_H_
#define DRYDOCK_SCHEDULER_SIM_OUTSIDE_EVENTS_H_

#include <vector>

#include "absl/functional/function_ref.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/outside.h"
#include "scheduler/sim/deadline_queue.h"
#include "scheduler/sim/pool.h"

namespace drydock::sim {

struct OutsideEvent : Recycled<OutsideEvent> {
  Deadline deadline{Deadline::Kind::kOutside, this};
  kernel::OutsideHandle handle = 0;
  const char* what = "";
  kernel::OutsideFunction function = nullptr;
  void* context = nullptr;
  // Its trigger: that this thread blocks, or a choice point of at least this number.
  kernel::Thread* at_block_of = nullptr;
  uint64_t at_choice_point = 0;

  // Tells it from all others that are still to happen.
  uint32_t number() const { return static_cast<uint32_t>(handle); }
  bool triggered() const { return at_block_of != nullptr || at_choice_point != 0; }
};

// Owns the events; those that have happened are used again.
class OutsideEvents {
 public:
  OutsideEvent* Make(const char* what, kernel::OutsideFunction function, void* context) {
    OutsideEvent* event = events_.Take();
    // Slot number in the low half, generation in the high half.
    event->handle = event->handle == 0 ? events_.made() : event->handle + kGeneration;
    event->what = what;
    event->function = function;
    event->context = context;
    event->at_block_of = nullptr;
    event->at_choice_point = 0;
    return event;
  }

  // The event, if it is still to happen; else null.
  OutsideEvent* Find(kernel::OutsideHandle handle) {
    const size_t slot = static_cast<uint32_t>(handle);
    if (slot == 0 || slot > events_.made()) return nullptr;
    OutsideEvent* event = events_.nth(slot - 1);
    return event->handle == handle && (event->deadline.queued() || event->triggered()) ? event
                                                                                       : nullptr;
  }

  // --- Events with a trigger, in the order in which they were scheduled.

  void AddTrigger(OutsideEvent* event) { triggers_.push_back(event); }
  // The event has no trigger any more; no effect if it has none.
  void RemoveTrigger(OutsideEvent* event);
  bool any_triggers() const { return !triggers_.empty(); }
  bool AwaitsChoicePoint() const;
  bool AwaitsBlockOf(const kernel::Thread* thread) const;
  // Takes away the triggers that have come: `blocks` blocks, or if it is null the run is at its
  // choice point number `choice_points`. `due` is called with each of their events.
  void PullTriggers(const kernel::Thread* blocks, uint64_t choice_points,
                    absl::FunctionRef<void(OutsideEvent*)> due);

  void Recycle(OutsideEvent* event) { events_.GiveBack(event); }

 private:
  static constexpr kernel::OutsideHandle kGeneration = kernel::OutsideHandle{1} << 32;

  Pool<OutsideEvent> events_;
  std::vector<OutsideEvent*> triggers_;
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_OUTSIDE_EVENTS_H_
