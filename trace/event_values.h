// trace/event_values.h
//
// What the value of an event means where it is more than a number.
#ifndef DRYDOCK_TRACE_EVENT_VALUES_H_
#define DRYDOCK_TRACE_EVENT_VALUES_H_

#include <cstdint>

#include "trace/event.h"

namespace drydock::trace {

// How a lock is held: kLockAcquire, kLockRelease.
enum class LockMode : uint8_t {
  kMutex,
  kSpin,
  kShared,     // a read-write lock, for reading
  kExclusive,  // a read-write lock, for writing
  kInner,      // the mutex that guards the state of a read-write lock
};

// "mutex", "spin", …
const char* LockModeName(LockMode mode);

// The value of an event of a lock. `tried`: it was taken without waiting, or not at all.
constexpr uint64_t LockUse(LockMode mode, bool tried = false) {
  return static_cast<uint64_t>(mode) | (tried ? 0x100u : 0u);
}
constexpr LockMode LockModeOf(const Event& event) { return static_cast<LockMode>(event.value); }
constexpr bool LockWasTried(const Event& event) { return (event.value & 0x100u) != 0; }

// kServiceStarted.
enum class StartResult : uint64_t {
  kRefused,     // start returned false
  kDriver,      // a driver runs
  kUserClient,  // a user client runs
};

// kThreadUnblock: Mach's THREAD_TIMED_OUT.
inline constexpr uint64_t kWaitTimedOut = 1;

// kOutsidePlan: it waits for a choice point, and nothing tells when that comes.
inline constexpr uint64_t kAtChoicePoint = ~uint64_t{0};

// What a block of the kernel heap is for: kHeapAllocate, kHeapLeft.
enum class BlockKind : uint8_t {
  kObject,    // an OSObject
  kMemory,    // what a driver allocated: IOMalloc and its relatives
  kInternal,  // the inside of an object or lock of libkern
};

// What was called of a freed object: kHeapCallFreed.
enum class FreedCall : uint64_t { kRelease, kRetain, kOther };

// kHeapLeft: the references of an object whose last one has gone.
inline constexpr uint64_t kBeingFreed = 0xffff;

// Memory: locations among the ids of objects are these and above, and below those of objects that
// are older than the run.
inline constexpr ObjectId kFirstLocation = 0x40000000;

// kHandOver: the world outside the CPUs, as an object.
inline constexpr ObjectId kOutsideWorld = 0x3fffffff;

// How an atomic orders what is before and after it; the compilers' values.
enum class MemoryOrder : uint8_t {
  kRelaxed = 0,
  kConsume = 1,
  kAcquire = 2,
  kRelease = 3,
  kAcquireRelease = 4,
  kSequential = 5,
};

constexpr bool Acquires(MemoryOrder order) {
  return order != MemoryOrder::kRelaxed && order != MemoryOrder::kRelease;
}
constexpr bool Releases(MemoryOrder order) { return order >= MemoryOrder::kRelease; }

}  // namespace drydock::trace

#endif  // DRYDOCK_TRACE_EVENT_VALUES_H_
