// Outside events that wait for a thread to block or for a choice point.
#include "scheduler/sim/outside_events.h"

#include <algorithm>

namespace drydock::sim {

kernel::Time OutsideEvents::Until() {
  kernel::Time until = 0;
  for (size_t i = 0; i < events_.made(); ++i) {
    const OutsideEvent& event = *events_.nth(i);
    if (event.at_choice_point != 0) return kernel::kNever;
    if (event.deadline.queued()) until = std::max(until, event.deadline.when);
  }
  return until;
}

void OutsideEvents::RemoveTrigger(OutsideEvent* event) {
  triggers_.erase(std::remove(triggers_.begin(), triggers_.end(), event), triggers_.end());
  event->at_block_of = nullptr;
  event->at_choice_point = 0;
}

bool OutsideEvents::AwaitsChoicePoint() const {
  return std::any_of(triggers_.begin(), triggers_.end(),
                     [](const OutsideEvent* event) { return event->at_choice_point != 0; });
}

bool OutsideEvents::AwaitsBlockOf(const kernel::Thread* thread) const {
  return std::any_of(triggers_.begin(), triggers_.end(),
                     [thread](const OutsideEvent* event) { return event->at_block_of == thread; });
}

bool OutsideEvents::PullTriggers(const kernel::Thread* blocks, uint64_t choice_points,
                                 kernel::Time now, DeadlineQueue* deadlines) {
  bool any = false;
  for (size_t i = 0; i < triggers_.size();) {
    OutsideEvent* event = triggers_[i];
    const bool due = event->at_block_of != nullptr ? event->at_block_of == blocks
                                                   : event->at_choice_point <= choice_points;
    if (due) {
      RemoveTrigger(event);
      deadlines->Insert(&event->deadline, now);
      any = true;
    } else {
      ++i;
    }
  }
  return any;
}

}  // namespace drydock::sim
