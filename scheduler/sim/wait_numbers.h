// scheduler/sim/wait_numbers.h
//
// Numbers for the events that threads wait for, so that the trace can tell them apart without
// showing an address: 1, 2, 3 … in the order of their first use while the run is observed. Memory
// that is allocated again is new events.
#ifndef DRYDOCK_SCHEDULER_SIM_WAIT_NUMBERS_H_
#define DRYDOCK_SCHEDULER_SIM_WAIT_NUMBERS_H_

#include <cstddef>
#include <cstdint>

#include "absl/container/btree_map.h"

namespace drydock::sim {

class WaitNumbers {
 public:
  // The number of `event`, given now if it has none.
  uint32_t Of(const void* event) {
    const auto [entry, is_new] = numbers_.try_emplace(event, last_ + 1);
    if (is_new) ++last_;
    return entry->second;
  }

  // The number of `event`; 0 if it has none.
  uint32_t Find(const void* event) const {
    const auto entry = numbers_.find(event);
    return entry == numbers_.end() ? 0 : entry->second;
  }

  // The events in this memory are others from now on.
  void Forget(const void* begin, size_t bytes) {
    const auto* const end = static_cast<const char*>(begin) + bytes;
    numbers_.erase(numbers_.lower_bound(begin), numbers_.lower_bound(end));
  }

 private:
  // By address; never gone through in this order.
  absl::btree_map<const void*, uint32_t> numbers_;
  uint32_t last_ = 0;
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_WAIT_NUMBERS_H_
