// scheduler/kernel/fast_lock.h
//
// The inline path of taking and releasing a free mutex on host threads, for command gates, whose
// cost is measured there. All other code calls scheduler/kernel/lock.h, which also waits and
// publishes events. The slow half, FastServeLine, is in the kernel's lock.cc.
#ifndef DRYDOCK_SCHEDULER_KERNEL_FAST_LOCK_H_
#define DRYDOCK_SCHEDULER_KERNEL_FAST_LOCK_H_

#include <atomic>
#include <cstdint>

#include "absl/base/optimization.h"
#include "scheduler/kernel/types.h"

namespace drydock::kernel {

struct Mutex;

// The first members of every Mutex, if kParallel (scheduler/kernel/atomic_section.h).
//
// Taking it is one exchange of `word`, releasing it one plain store. The releasing thread reads
// `line` after the store without a fence between them. Instead a thread that gets in line, which is
// rare, makes all other CPUs pass a fence between its write to `line` and its last read of `word`.
struct FastMutex {
  enum Word : uint32_t { kFree, kHeld };
  // What the releasing thread must know of the waiters, as bits.
  enum Line : uint32_t {
    kBlocked = 1,    // there may be threads in line, and none of them has been woken
    kImpatient = 2,  // one spins, and has waited so long that it is to get the mutex next
  };

  std::atomic<uint32_t> word{kFree};
  std::atomic<uint32_t> line{0};
  std::atomic<uint32_t> acquisitions{0};  // how often it was taken
  std::atomic<uint32_t> waiters{0};       // threads that wait, awake or not
  std::atomic<Thread*> owner{nullptr};    // null also when it was taken where there is no thread
  Time owner_slept = 0;                   // what its owner had slept when it took the lock
};

// The first members of every Thread, if kParallel.
struct FastThread {
  Time slept = 0;  // ns spent waiting for events, in total
};

// If kParallel, the calling thread; null where there is none.
extern constinit thread_local Thread* fast_current_thread;

// Wakes a waiter of the mutex, which the caller has released; another thread may own it by now.
void FastServeLine(Mutex* mutex);

// Takes the mutex if it is free, for `self`, the calling thread. No event is published.
inline bool FastLock(Mutex* mutex, Thread* self) {
  auto* fast = reinterpret_cast<FastMutex*>(mutex);
  if (ABSL_PREDICT_FALSE(fast->word.exchange(FastMutex::kHeld, std::memory_order_acquire) !=
                         FastMutex::kFree)) {
    return false;
  }
  // Release: a thread that reads the owner may read its name.
  fast->owner.store(self, std::memory_order_release);
  fast->acquisitions.store(fast->acquisitions.load(std::memory_order_relaxed) + 1,
                           std::memory_order_relaxed);
  fast->owner_slept = reinterpret_cast<const FastThread*>(self)->slept;
  return true;
}

// Whether the owner, the calling thread, has slept since it took the mutex.
inline bool FastHasSlept(const Mutex* mutex, const Thread* self) {
  return reinterpret_cast<const FastThread*>(self)->slept !=
         reinterpret_cast<const FastMutex*>(mutex)->owner_slept;
}

// Releases a mutex that the caller owns.
inline void FastUnlock(Mutex* mutex) {
  auto* fast = reinterpret_cast<FastMutex*>(mutex);
  fast->owner.store(nullptr, std::memory_order_relaxed);
  fast->word.store(FastMutex::kFree, std::memory_order_release);
  std::atomic_signal_fence(std::memory_order_seq_cst);  // the compiler keeps the order
  if (ABSL_PREDICT_FALSE(fast->line.load(std::memory_order_relaxed) != 0)) FastServeLine(mutex);
}

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_FAST_LOCK_H_
