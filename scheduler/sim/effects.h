// scheduler/sim/effects.h
//
// What steps do beyond the operations that choice points announce: told to a strategy that
// enumerates orders (TimelessStrategy), so that it knows which steps conflict. On a machine with
// time nothing is told, and this costs a branch.
#ifndef DRYDOCK_SCHEDULER_SIM_EFFECTS_H_
#define DRYDOCK_SCHEDULER_SIM_EFFECTS_H_

#include "absl/base/optimization.h"
#include "absl/container/flat_hash_map.h"
#include "scheduler/sim/thread.h"
#include "scheduler/strategy.h"

namespace drydock::sim {

// The ids of what has none of its own, so that operations on it can conflict: one of these and a
// number. Above kernel::kFirstLocation and its locations.
enum Named : kernel::ObjectId {
  kNamedThread = 0xc0000000,   // by its id: what others know of it
  kNamedAddress = 0xd0000000,  // by order of first use: an event
  kNamedLine = 0xe0000000,     // of interrupts
  kNamedCalls = 0xe1000000,    // thread calls of a priority
  kNamedThreads = 0xe2000000,  // how many there are: it is what names the next one
  kNamedClock = 0xe3000000,
  kNamedAbort = 0xe4000000,  // of a thread: whether one is pending
};

class Effects {
 public:
  // `strategy`, which is null on a machine with time, must outlive it.
  explicit Effects(TimelessStrategy* strategy)
      : strategy_(strategy), told_(strategy != nullptr && strategy->sees_every_step()) {}

  // Whether the machine is timeless: steps cost nothing and orders are enumerated.
  bool timeless() const { return strategy_ != nullptr; }
  bool sees_every_step() const { return told_; }

  // The id for operations on what has none: 0, which conflicts with nothing, on a machine with
  // time.
  kernel::ObjectId NameOf(Named what, kernel::ObjectId number = 0) const {
    return timeless() ? what | number : 0;
  }
  kernel::ObjectId NameOf(const kernel::Thread& thread) const {
    return NameOf(kNamedThread, thread.id);
  }
  kernel::ObjectId NameOf(const void* address) { return timeless() ? NameOfAddress(address) : 0; }

  // The step in progress does this too.
  void Note(kernel::OperationKind kind, kernel::ObjectId object) {
    if (ABSL_PREDICT_FALSE(told_)) Tell(kind, object);
  }

 private:
  // Not inline, as choice points are inlined everywhere.
  void Tell(kernel::OperationKind kind, kernel::ObjectId object);
  kernel::ObjectId NameOfAddress(const void* address);

  TimelessStrategy* const strategy_;
  const bool told_;
  absl::flat_hash_map<const void*, kernel::ObjectId> addresses_;  // that have a name
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_EFFECTS_H_
