// scheduler/cost_model.h
//
// What things cost on the simulated machine, in virtual nanoseconds. The figures are plausible for
// a CPU of a few GHz, not measurements of any machine: they give runs a time scale and order CPUs
// by default. No correct program depends on them; exploring strategies let CPUs fall behind without
// limit.
#ifndef DRYDOCK_SCHEDULER_COST_MODEL_H_
#define DRYDOCK_SCHEDULER_COST_MODEL_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/operation.h"

namespace drydock {

struct CostModel {
  // The documented table (docs/machine.md).
  CostModel();

  uint32_t& operator[](kernel::OperationKind kind) {
    return operation_ns[static_cast<size_t>(kind)];
  }
  kernel::Time operator[](kernel::OperationKind kind) const {
    return operation_ns[static_cast<size_t>(kind)];
  }

  std::array<uint32_t, kernel::kOperationKinds> operation_ns;
  kernel::Time context_switch_ns =
      2 * kernel::kMicrosecond;  // before a thread's first step on a CPU
  kernel::Time interrupt_entry_ns = 1 * kernel::kMicrosecond;  // from the line to the handler
  kernel::Time quantum_ns = 10 * kernel::kMillisecond;         // (SC-1)

  // Each cost of an operation varies by up to this much more or less, as the strategy's seed has it
  // (Strategy::seed). 0..100.
  int jitter_percent = 0;
};

}  // namespace drydock

#endif  // DRYDOCK_SCHEDULER_COST_MODEL_H_
