// The current thread of the inline lock path.
#include "scheduler/kernel/fast_lock.h"

namespace drydock::kernel {

constinit thread_local Thread* fast_current_thread = nullptr;

}  // namespace drydock::kernel
