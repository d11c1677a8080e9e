// The thread-local words that code above the kernel reads without a call, if threads are parallel.
#include "scheduler/kernel/thread_locals.h"

namespace drydock::kernel {

constinit thread_local ThreadLocals internal::fast_thread_locals;

}  // namespace drydock::kernel
