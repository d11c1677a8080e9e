// The jitter of costs.
#include "scheduler/sim/costs.h"

namespace drydock::sim {

kernel::Time Costs::Jittered(kernel::Time average) {
  const kernel::Time most = average * static_cast<kernel::Time>(model_.jitter_percent) / 100;
  return average - most + jitter_->Below(2 * most + 1);
}

}  // namespace drydock::sim
