// scheduler/sim/deadline_queue.h
//
// Deadlines: what is to happen at a time. A heap ordered by (time, order of insertion), by hand
// because entries are removed from its middle.
#ifndef DRYDOCK_SCHEDULER_SIM_DEADLINE_QUEUE_H_
#define DRYDOCK_SCHEDULER_SIM_DEADLINE_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "scheduler/kernel/operation.h"

namespace drydock::sim {

// An entry, embedded in the object that waits for the time. Not queued when index is kNotQueued.
struct Deadline {
  static constexpr uint32_t kNotQueued = ~uint32_t{0};
  enum class Kind : uint8_t { kWait, kThreadCall, kOutside, kDepression };

  Deadline(Kind k, void* o) : kind(k), owner(o) {}
  bool queued() const { return index != kNotQueued; }

  const Kind kind;
  void* const owner;            // what it is embedded in: a Thread, a ThreadCall or an OutsideEvent
  uint32_t index = kNotQueued;  // of the heap
  kernel::Time when = 0;
  uint32_t number = 0;          // in order of insertion, mostly
  kernel::Operation operation;  // for the strategy
};

class DeadlineQueue {
 public:
  // `deadline` must not be queued; it stays the caller's.
  void Insert(Deadline* deadline, kernel::Time when) { Insert(deadline, when, next_number_++); }
  // The same with a number of the caller's, which no other queued deadline has.
  void Insert(Deadline* deadline, kernel::Time when, uint32_t number);
  // No effect if it is not queued.
  void Remove(Deadline* deadline);

  bool empty() const { return heap_.empty(); }
  Deadline* top() const { return heap_.front(); }

  // The one with this time and number, which must be queued.
  Deadline* Find(kernel::Time when, uint32_t number) const;

  // Calls `visit(Deadline*)` for every entry due at or before `until`, in no particular order.
  template <typename Visit>
  void VisitUntil(kernel::Time until, Visit visit) const {
    VisitFrom(0, until, visit);
  }

 private:
  static bool Before(const Deadline* a, const Deadline* b) {
    return a->when != b->when ? a->when < b->when : a->number < b->number;
  }
  void Put(uint32_t index, Deadline* deadline) {
    heap_[index] = deadline;
    deadline->index = index;
  }
  void Up(uint32_t index);
  void Down(uint32_t index);

  template <typename Visit>
  void VisitFrom(size_t index, kernel::Time until, Visit& visit) const {
    if (index >= heap_.size() || heap_[index]->when > until) return;
    visit(heap_[index]);
    VisitFrom(2 * index + 1, until, visit);
    VisitFrom(2 * index + 2, until, visit);
  }

  std::vector<Deadline*> heap_;
  uint32_t next_number_ = 1;
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_DEADLINE_QUEUE_H_
