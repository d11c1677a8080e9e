// scheduler/sim/outside_events.h
//
// What is scheduled to happen in the outside world.
#ifndef DRYDOCK_SCHEDULER_SIM_OUTSIDE_EVENTS_H_
#define DRYDOCK_SCHEDULER_SIM_OUTSIDE_EVENTS_H_

#include <algorithm>

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
  // What it waits for before it has a deadline: that this thread blocks, or a choice point.
  kernel::Thread* at_block_of = nullptr;
  uint64_t at_choice_point = 0;

  bool triggered() const { return at_block_of != nullptr || at_choice_point != 0; }
};

// Storage for them: events that have happened are used again.
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

  // As kernel::OutsideUntil.
  kernel::Time Until() {
    kernel::Time until = 0;
    for (size_t i = 0; i < events_.made(); ++i) {
      const OutsideEvent& event = *events_.nth(i);
      if (event.at_choice_point != 0) return kernel::kNever;
      if (event.deadline.queued()) until = std::max(until, event.deadline.when);
    }
    return until;
  }

  void Recycle(OutsideEvent* event) { events_.GiveBack(event); }

 private:
  static constexpr kernel::OutsideHandle kGeneration = kernel::OutsideHandle{1} << 32;

  Pool<OutsideEvent> events_;
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_OUTSIDE_EVENTS_H_
