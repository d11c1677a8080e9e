// What code above the kernel keeps for each thread: a variable of the host thread.
#include "scheduler/kernel/thread_locals.h"

namespace drydock::kernel {

ThreadLocals* internal::ThreadLocalsOfCaller() { return &fast_thread_locals; }

}  // namespace drydock::kernel
