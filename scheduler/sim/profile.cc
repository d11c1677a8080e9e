// The simulated kernel's profile (scheduler/kernel/profile.h).
#include "scheduler/kernel/profile.h"

#include "scheduler/sim/machine.h"

namespace drydock::kernel {

Profile CurrentProfile() {
  return sim::machine == nullptr ? Profile::kModern : sim::machine->profile();
}

}  // namespace drydock::kernel
