// The inline lock path (scheduler/kernel/fast_lock.h), which is never taken in the simulated
// kernel.
#include "scheduler/kernel/fast_lock.h"

namespace drydock::kernel {

void FastServeLine(Mutex*) {}

}  // namespace drydock::kernel
