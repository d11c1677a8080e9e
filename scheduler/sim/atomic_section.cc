// Atomic sections of the simulated kernel: nothing to do, since threads never run at the same time.
#include "scheduler/kernel/atomic_section.h"

namespace drydock::kernel {

const bool kParallel = false;

void internal::EnterSection() {}
void internal::LeaveSection() {}

}  // namespace drydock::kernel
