// scheduler/kernel/memory.h
//
// Plain memory. Code that is compiled with hooks (drivers/kext.bzl) says here what it is about to
// read or write; so do atomics, and the heap says what is new and what is gone.
//
// Memory is known by *locations*: the eight bytes at an address that is a multiple of eight, from
// their first access on, numbered in the order of these within a run. Memory that is allocated
// again is new locations. A location is an ObjectId of its own kind, so it names what an operation
// or an event is about, and is the same whenever the same schedule is run.
//
// Nothing is recorded, and a hook costs its one branch, unless accesses are watched: by an observer
// of EventKind::kMemoryRead, as choice points (MachineOptions::accesses), or by a watch for freed
// memory.
//
// Two kinds of accesses are left out. Those of a thread to its own stack, except where all accesses
// are choice points; and those to memory of the host, which is neither allocated by the kernel, nor
// a variable of the program, nor on a stack: an inline function that the framework shares with
// hooked code may be the hooked one, and the host's allocator places what it touches differently in
// each run.
#ifndef DRYDOCK_SCHEDULER_KERNEL_MEMORY_H_
#define DRYDOCK_SCHEDULER_KERNEL_MEMORY_H_

#include <cstddef>
#include <cstdint>

#include "absl/base/optimization.h"
#include "scheduler/kernel/trace.h"
#include "scheduler/kernel/types.h"
#include "trace/event_values.h"

namespace drydock::kernel {

using trace::Acquires;
using trace::kFirstLocation;
using trace::kOutsideWorld;
using trace::MemoryOrder;
using trace::Releases;

// Which accesses are choice points.
struct AccessChoices {
  enum Which : uint8_t {
    kNone,
    kShared,  // to locations that more than one thread or handler touches
    kAll,
  };

  // NOLINTNEXTLINE: mostly it is one of the three.
  constexpr AccessChoices(Which choices, uint16_t sampled = 1) : which(choices), one_in(sampled) {}

  friend constexpr bool operator==(const AccessChoices&, const AccessChoices&) = default;

  Which which;
  // Of those one in so many is one, drawn by the seed of the run's strategy.
  uint16_t one_in;
};

// What an access does.
enum class Access : uint8_t {
  kRead,
  kWrite,
  kAtomicRead,
  kAtomicWrite,
  kAtomicChange,  // reads and writes in one
};

namespace internal {
extern int memory_watchers;  // that are no observers
extern bool has_hooked_code;
void MemoryAccessSlow(const void* address, size_t bytes, Access access, MemoryOrder order);
void MemoryFenceSlow(MemoryOrder order);
void MemoryAllocatedSlow(const void* address, size_t bytes);
void MemoryFreedSlow(const void* address, size_t bytes, bool kept);
bool IsVariable(const void* address);  // of the program
}  // namespace internal

// Whether accesses are watched.
inline bool MemoryIsWatched() {
  return ABSL_PREDICT_FALSE(trace::Observed(trace::EventKind::kMemoryRead) |
                            (internal::memory_watchers != 0));
}

// The calling code is about to touch `bytes` bytes at `address`. Any context; outside of threads
// and interrupt handlers it does nothing.
inline void MemoryAccess(const void* address, size_t bytes, Access access,
                         MemoryOrder order = MemoryOrder::kRelaxed) {
  if (MemoryIsWatched()) internal::MemoryAccessSlow(address, bytes, access, order);
}

// An atomic of the kernel's own, in sequential order, is about to change `bytes` bytes: a choice
// point whatever the setting. They are not divided by a multiple of eight.
void AtomicChange(const volatile void* address, size_t bytes);

// An atomic fence.
inline void MemoryFence(MemoryOrder order) {
  if (MemoryIsWatched()) internal::MemoryFenceSlow(order);
}

// The memory has come into use; what was there before is forgotten. The caller is its first user.
inline void MemoryAllocated(const void* address, size_t bytes) {
  if (ABSL_PREDICT_FALSE(MemoryIsWatched() || trace::Observed(trace::EventKind::kWaitFor))) {
    internal::MemoryAllocatedSlow(address, bytes);
  }
}

// The memory goes out of use, which counts as a write to every location in it. `kept`: it will not
// be allocated again in this run, so an access from now on is a use after free
// (SetDeadMemoryWatch).
inline void MemoryFreed(const void* address, size_t bytes, bool kept) {
  if (MemoryIsWatched()) internal::MemoryFreedSlow(address, bytes, kept);
}

// Adds the variables of a shared object that was loaded later and stays loaded. Between runs.
void AddVariables(const void* begin, size_t bytes);

// `watch` is called at each access to memory that is gone, before it; null for none. Between runs.
using DeadMemoryWatch = void (*)(const void* address, size_t bytes, bool write);
void SetDeadMemoryWatch(DeadMemoryWatch watch);

// Where a location of this run begins; null if it is none.
const void* LocationAddress(ObjectId location);

// Whether the program has code compiled with hooks.
inline bool HasHookedCode() { return internal::has_hooked_code; }

// --- For code whose accesses are not hooked, and which orders others' by means that no event
// shows: everything before a hand-over of `object` comes before everything after a take-over that
// follows it.

inline void HandOver(ObjectId object) { Trace(trace::EventKind::kHandOver, object); }
inline void TakeOver(ObjectId object) { Trace(trace::EventKind::kTakeOver, object); }

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_MEMORY_H_
