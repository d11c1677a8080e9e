// scheduler/sim/costs.h
//
// What things cost in the run in progress, in virtual ns: the cost model, with its jitter.
#ifndef DRYDOCK_SCHEDULER_SIM_COSTS_H_
#define DRYDOCK_SCHEDULER_SIM_COSTS_H_

#include "absl/base/optimization.h"
#include "absl/types/optional.h"
#include "scheduler/cost_model.h"
#include "scheduler/prng.h"

namespace drydock::sim {

class Costs {
 public:
  // `model` must outlive it. `seed` is Strategy::seed.
  Costs(const CostModel& model, uint64_t seed) : model_(model) {
    if (model.jitter_percent > 0) jitter_.emplace(seed, "jitter");
  }

  // Whether costs jitter: then each call of the next three draws anew.
  bool jitters() const { return model_.jitter_percent != 0; }
  kernel::Time Of(kernel::OperationKind kind) { return Actual(model_[kind]); }
  kernel::Time OfContextSwitch() { return Actual(model_.context_switch_ns); }
  kernel::Time OfInterruptEntry() { return Actual(model_.interrupt_entry_ns); }
  // What the operation costs if costs do not jitter.
  kernel::Time Average(kernel::OperationKind kind) const { return model_[kind]; }

 private:
  kernel::Time Actual(kernel::Time average) {
    return ABSL_PREDICT_FALSE(jitters()) ? Jittered(average) : average;
  }
  kernel::Time Jittered(kernel::Time average);

  const CostModel& model_;
  absl::optional<Prng> jitter_;
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_COSTS_H_
