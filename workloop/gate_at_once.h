// workloop/gate_at_once.h
//
// Closing and opening the gate inline: what makes it as cheap as a lock, where threads are parallel
// and nobody watches. For functions that close a gate, run an action and open it again.
#ifndef DRYDOCK_WORKLOOP_GATE_AT_ONCE_H_
#define DRYDOCK_WORKLOOP_GATE_AT_ONCE_H_

#include <atomic>

#include <IOKit/IOWorkLoop.h>

#include "libkern/recursive_lock.h"
#include "scheduler/kernel/fast_lock.h"
#include "trace/observer.h"

// Closes the gate if that is free, or the caller's. How often it is closed then; 0 if it is not.
inline unsigned IOWorkLoop::enterAtOnce() {
  if (!bare.load(std::memory_order_relaxed) || drydock::trace::AnythingObserved()) return 0;
  drydock::kernel::Thread* const self = drydock::kernel::fast_current_thread;
  if (self == nullptr) return 0;
  IORecursiveLock* const lock = gateLock;
  if (lock->owner.load(std::memory_order_relaxed) == self) {
    const unsigned depth = lock->depth.load(std::memory_order_relaxed) + 1;
    lock->depth.store(depth, std::memory_order_relaxed);
    return depth;
  }
  if (!drydock::kernel::FastLock(lock->mutex, self)) return 0;
  lock->owner.store(self, std::memory_order_relaxed);
  lock->depth.store(1, std::memory_order_relaxed);
  return 1;
}

// Opens it again; `depth` is what enterAtOnce returned. Meanwhile the action may have slept, or
// somebody watch.
inline void IOWorkLoop::leaveAtOnce(unsigned depth) {
  IORecursiveLock* const lock = gateLock;
  if (depth > 1) {
    lock->depth.store(depth - 1, std::memory_order_relaxed);
    return;
  }
  if (!bare.load(std::memory_order_relaxed) || drydock::trace::AnythingObserved() ||
      drydock::kernel::FastHasSlept(lock->mutex, drydock::kernel::fast_current_thread)) {
    openGate();
    return;
  }
  lock->depth.store(0, std::memory_order_relaxed);
  lock->owner.store(nullptr, std::memory_order_relaxed);
  drydock::kernel::FastUnlock(lock->mutex);
}

#endif  // DRYDOCK_WORKLOOP_GATE_AT_ONCE_H_
