// trace/parallel_lock.h
//
// What this folder shares among the threads of a run is locked only if they are the host's own.
#ifndef DRYDOCK_TRACE_PARALLEL_LOCK_H_
#define DRYDOCK_TRACE_PARALLEL_LOCK_H_

#include <mutex>

namespace drydock::trace {

// Says whether threads run at the same time from now on; the kernel does, before it starts any.
void SetParallel(bool parallel);

// A lock while they do.
class ParallelLock {
 public:
  void lock();
  void unlock();

 private:
  std::mutex mutex_;
};

}  // namespace drydock::trace

#endif  // DRYDOCK_TRACE_PARALLEL_LOCK_H_
