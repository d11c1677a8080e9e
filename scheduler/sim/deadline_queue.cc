// The heap of deadlines.
#include "scheduler/sim/deadline_queue.h"

#include <cassert>

namespace drydock::sim {

void DeadlineQueue::Insert(Deadline* deadline, kernel::Time when, uint32_t number) {
  assert(!deadline->queued());
  deadline->when = when;
  deadline->number = number;
  heap_.push_back(deadline);
  deadline->index = static_cast<uint32_t>(heap_.size() - 1);
  Up(deadline->index);
}

void DeadlineQueue::Remove(Deadline* deadline) {
  if (!deadline->queued()) return;
  const uint32_t index = deadline->index;
  deadline->index = Deadline::kNotQueued;
  Deadline* last = heap_.back();
  heap_.pop_back();
  if (last == deadline) return;
  Put(index, last);
  Up(index);
  Down(last->index);
}

Deadline* DeadlineQueue::Find(kernel::Time when, uint32_t number) const {
  Deadline* found = nullptr;
  VisitUntil(when, [&](Deadline* deadline) {
    if (deadline->number == number) found = deadline;
  });
  return found;
}

void DeadlineQueue::Up(uint32_t index) {
  Deadline* moved = heap_[index];
  while (index > 0) {
    const uint32_t parent = (index - 1) / 2;
    if (!Before(moved, heap_[parent])) break;
    Put(index, heap_[parent]);
    index = parent;
  }
  Put(index, moved);
}

void DeadlineQueue::Down(uint32_t index) {
  Deadline* moved = heap_[index];
  for (;;) {
    uint32_t child = 2 * index + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && Before(heap_[child + 1], heap_[child])) ++child;
    if (!Before(heap_[child], moved)) break;
    Put(index, heap_[child]);
    index = child;
  }
  Put(index, moved);
}

}  // namespace drydock::sim
