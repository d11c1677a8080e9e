// scheduler/kernel/thread_locals.h
//
// What code above the kernel keeps for each thread. A C++ thread_local will not do: all threads of
// the simulated machine share one thread of the host.
#ifndef DRYDOCK_SCHEDULER_KERNEL_THREAD_LOCALS_H_
#define DRYDOCK_SCHEDULER_KERNEL_THREAD_LOCALS_H_

#include <cstdint>

#include "scheduler/kernel/atomic_section.h"

namespace drydock::kernel {

// Of one thread, which alone reads and writes it. Zero when the thread starts; the kernel stores
// it and gives it no meaning.
struct ThreadLocals {
  void* runner = nullptr;  // runner/runner_thread.h
  uint32_t stream = 0;     // runner/stream.h
};

namespace internal {

// What CurrentThreadLocals returns, if kParallel: read without a call.
extern constinit thread_local ThreadLocals fast_thread_locals;

ThreadLocals* ThreadLocalsOfCaller();

}  // namespace internal

// The calling thread's; valid until the thread ends. In interrupt context, in the outside world and
// with no run in progress: null on the simulated machine; on host threads those of a thread that is
// none of the kernel's.
inline ThreadLocals* CurrentThreadLocals() {
  return kParallel ? &internal::fast_thread_locals : internal::ThreadLocalsOfCaller();
}

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_THREAD_LOCALS_H_
