// workloop/gate_at_once.h
//
// Closing and opening the gate inline, which makes it as cheap as a lock on host threads as long as
// no observer is attached. For IOWorkLoop and IOCommandGate; thread context.
#ifndef DRYDOCK_WORKLOOP_GATE_AT_ONCE_H_
#define DRYDOCK_WORKLOOP_GATE_AT_ONCE_H_

#include <atomic>

#include <IOKit/IOWorkLoop.h>

#include "libkern/recursive_lock.h"
#include "scheduler/kernel/fast_lock.h"
#include "trace/observer.h"

// Calls `action` with the gate closed if the gate can be closed at once, else `otherwise`; returns
// what that returns. A caller that holds the gate already has a path of its own, which keeps only
// two values across the call and loads nothing that it has just stored.
template <typename GatedAction, typename Otherwise>
inline IOReturn IOWorkLoop::runAtOnce(GatedAction action, Otherwise otherwise) {
  namespace kernel = drydock::kernel;
  if (!bare.load(std::memory_order_relaxed) || drydock::trace::AnythingObserved()) {
    return otherwise();
  }
  kernel::Thread* const self = kernel::fast_current_thread;
  if (self == nullptr) return otherwise();
  IORecursiveLock* const lock = gateLock;
  if (lock->owner.load(std::memory_order_relaxed) == self) {
    const unsigned depth = lock->depth.load(std::memory_order_relaxed);
    lock->depth.store(depth + 1, std::memory_order_relaxed);
    const IOReturn result = action();
    lock->depth.store(depth, std::memory_order_relaxed);
    return result;
  }
  if (!kernel::FastLock(lock->mutex, self)) return otherwise();
  lock->owner.store(self, std::memory_order_relaxed);
  lock->depth.store(1, std::memory_order_relaxed);
  const IOReturn result = action();
  // The action may have slept, or an observer been attached, meanwhile.
  if (!bare.load(std::memory_order_relaxed) || drydock::trace::AnythingObserved() ||
      kernel::FastHasSlept(lock->mutex, self)) {
    openGate();
    return result;
  }
  lock->depth.store(0, std::memory_order_relaxed);
  lock->owner.store(nullptr, std::memory_order_relaxed);
  kernel::FastUnlock(lock->mutex);
  return result;
}

#endif  // DRYDOCK_WORKLOOP_GATE_AT_ONCE_H_
