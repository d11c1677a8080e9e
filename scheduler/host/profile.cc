// The host kernel's profile (scheduler/kernel/profile.h).
#include "scheduler/kernel/profile.h"

#include "scheduler/host/machine.h"

namespace drydock::kernel {

using host::machine;

Profile CurrentProfile() { return machine == nullptr ? Profile::kModern : machine->profile(); }

}  // namespace drydock::kernel
