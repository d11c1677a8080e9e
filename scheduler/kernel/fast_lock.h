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
// Taken by one exchange of `word`, given back by a plain store to it. Who gives it back looks at
// `line` after that, and no fence makes the store come first: who gets in line, which is rare, has
// all other CPUs pass a fence between what it writes to `line` and its last look at `word`.
struct FastMutex {
  enum Word : uint32_t { kFree, kHeld };
  // What who gives it back must know of those who wait, as bits.
  enum Line : uint32_t {
    kBlocked = 1,    // there may be threads in line, and none of them has been woken
    kImpatient = 2,  // one is awake, and has waited for so long that the next turn is its own
  };

  std::atomic<uint32_t> word{kFree};
  std::atomic<uint32_t> line{0};
  std::atomic<uint32_t> turns{0};       // how often it was taken
  std::atomic<uint32_t> waiters{0};     // threads that wait, awake or not
  std::atomic<Thread*> owner{nullptr};  // null also when it was taken where there is no thread
  Time owner_slept = 0;                 // what its owner had slept when it took the lock
};

// What a Thread begins with, if kParallel.
struct FastThread {
  Time slept = 0;  // waiting for events, all told
};

// If kParallel, the calling thread; null where there is none.
extern constinit thread_local Thread* fast_current_thread;

// Sees to those who wait for the mutex, which was given back and may be somebody else's.
void FastServeLine(Mutex* mutex);

// Takes the mutex if it is free, for `self`, the calling thread. No event is published.
inline bool FastLock(Mutex* mutex, Thread* self) {
  auto* fast = reinterpret_cast<FastMutex*>(mutex);
  if (ABSL_PREDICT_FALSE(fast->word.exchange(FastMutex::kHeld, std::memory_order_acquire) !=
                         FastMutex::kFree)) {
    return false;
  }
  fast->owner.store(self, std::memory_order_release);  // (who looks at it may ask for its name)
  fast->turns.store(fast->turns.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
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
  fast->word.store(FastMutex::kFree, std::memory_order_release);
  std::atomic_signal_fence(std::memory_order_seq_cst);  // the compiler keeps the order
  if (ABSL_PREDICT_FALSE(fast->line.load(std::memory_order_relaxed) != 0)) FastServeLine(mutex);
}

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_FAST_LOCK_H_
