// Outside events that wait for a thread to block or for a choice point.
#include "scheduler/sim/outside_events.h"

#include <algorithm>

namespace drydock::sim {

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

void OutsideEvents::PullTriggers(const kernel::Thread* blocks, uint64_t choice_points,
                                 absl::FunctionRef<void(OutsideEvent*)> due) {
  for (size_t i = 0; i < triggers_.size();) {
    OutsideEvent* event = triggers_[i];
    const bool come = event->at_block_of != nullptr ? event->at_block_of == blocks
                                                    : event->at_choice_point <= choice_points;
    if (come) {
      RemoveTrigger(event);
      due(event);
    } else {
      ++i;
    }
  }
}

}  // namespace drydock::sim
