// What code above the kernel keeps for each thread: a field of the simulated thread.
#include "scheduler/kernel/thread_locals.h"

#include "scheduler/kernel/interrupt.h"
#include "scheduler/sim/machine.h"

namespace drydock::kernel {

ThreadLocals* internal::ThreadLocalsOfCaller() {
  Thread* thread = CurrentThread();
  return thread != nullptr && !InInterruptContext() ? &thread->locals : nullptr;
}

}  // namespace drydock::kernel
