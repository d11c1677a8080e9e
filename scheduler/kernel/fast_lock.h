// scheduler/kernel/fast_lock.h
//
// What can be done inline with a lock that is free, where threads are parallel: for the gate, whose
// price is what a kernel on host threads is there to tell. Everybody else calls
// scheduler/kernel/lock.h, which does the same and more.
#ifndef DRYDOCK_SCHEDULER_KERNEL_FAST_LOCK_H_
#define DRYDOCK_SCHEDULER_KERNEL_FAST_LOCK_H_

#include <atomic>
#include <cstdint>

#include "absl/base/optimization.h"
#include "scheduler/kernel/types.h"

namespace drydock::kernel {

struct Mutex;

// What a Mutex begins with, if kParallel (scheduler/kernel/atomic_section.h).
//
//   word    | it is
//   --------+------------------------------------------
//   kFree   | free
//   kHeld   | held
//   kWaited | held, and there may be threads in its line
struct FastMutex {
  enum Word : uint32_t { kFree, kHeld, kWaited };

  std::atomic<uint32_t> word{kFree};
  std::atomic<uint32_t> waiters{0};
  std::atomic<Thread*> owner{nullptr};  // null also when it was taken where there is no thread
  Time owner_slept = 0;                 // what its owner had slept when it took the lock
};

// What a Thread begins with, if kParallel.
struct FastThread {
  Time slept = 0;  // waiting for events, all told
};

// If kParallel, the calling thread; null where there is none.
extern constinit thread_local Thread* fast_current_thread;

// Wakes who waits for the mutex, which was given back and may be gone.
void FastWakeWaiter(Mutex* mutex);

// Takes the mutex if it is free, for `self`, the calling thread. No event is published.
inline bool FastLock(Mutex* mutex, Thread* self) {
  auto* fast = reinterpret_cast<FastMutex*>(mutex);
  uint32_t expected = FastMutex::kFree;
  if (ABSL_PREDICT_FALSE(!fast->word.compare_exchange_strong(
          expected, FastMutex::kHeld, std::memory_order_acquire, std::memory_order_relaxed))) {
    return false;
  }
  fast->owner.store(self, std::memory_order_release);  // (who looks at it may ask for its name)
  fast->owner_slept = reinterpret_cast<const FastThread*>(self)->slept;
  return true;
}

// Whether the owner, the calling thread, has slept since it took the mutex.
inline bool FastHasSlept(const Mutex* mutex, const Thread* self) {
  return reinterpret_cast<const FastThread*>(self)->slept !=
         reinterpret_cast<const FastMutex*>(mutex)->owner_slept;
}

// Gives back what the caller owns.
inline void FastUnlock(Mutex* mutex) {
  auto* fast = reinterpret_cast<FastMutex*>(mutex);
  fast->owner.store(nullptr, std::memory_order_relaxed);
  if (ABSL_PREDICT_FALSE(fast->word.exchange(FastMutex::kFree) == FastMutex::kWaited)) {
    FastWakeWaiter(mutex);
  }
}

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_FAST_LOCK_H_
