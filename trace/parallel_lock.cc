// The switch between host threads that run in parallel and one at a time.
#include "trace/parallel_lock.h"

namespace drydock::trace {
namespace {

constinit bool threads_are_parallel = false;

}  // namespace

void SetParallel(bool parallel) { threads_are_parallel = parallel; }

void ParallelLock::lock() {
  if (threads_are_parallel) mutex_.lock();
}

void ParallelLock::unlock() {
  if (threads_are_parallel) mutex_.unlock();
}

}  // namespace drydock::trace
