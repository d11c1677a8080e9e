// The simulated kernel's view of plain memory (scheduler/kernel/memory.h): hooked accesses.
#include "scheduler/kernel/memory.h"

#include <algorithm>

#include "scheduler/kernel/choice.h"
#include "scheduler/sim/machine.h"

namespace drydock::kernel {

using sim::Granule;
using sim::kGranuleBytes;
using sim::machine;
using trace::EventKind;

namespace {

DeadMemoryWatch dead_memory_watch = nullptr;

// A value of Granule::owner besides those of User: it is memory of the host.
constexpr uint16_t kHost = 0xfffe;

// The running context, as a Granule::owner.
uint16_t User() {
  if (machine->cpu() == nullptr) return 0xffff;
  if (machine->in_interrupt()) return static_cast<uint16_t>(0x8000 + machine->cpu()->line);
  return static_cast<uint16_t>(machine->self()->id & 0x7fff);
}

EventKind KindOf(Access access) {
  switch (access) {
    case Access::kRead:
    case Access::kAtomicRead:
      return EventKind::kMemoryRead;
    case Access::kWrite:
    case Access::kAtomicWrite:
      return EventKind::kMemoryWrite;
    case Access::kAtomicChange:
      return EventKind::kMemoryChange;
  }
  return EventKind::kMemoryChange;
}

OperationKind OperationOf(Access access) {
  switch (access) {
    case Access::kRead:
    case Access::kAtomicRead:
      return OperationKind::kRead;
    case Access::kWrite:
      return OperationKind::kWrite;
    case Access::kAtomicWrite:
    case Access::kAtomicChange:
      return OperationKind::kAtomic;
  }
  return OperationKind::kAtomic;
}

bool IsAtomic(Access access) { return access > Access::kWrite; }

// Whether memory that the simulated kernel has not allocated is the host's: neither a variable of
// the program nor on a stack. Code without hooks touches it through inline functions that it shares
// with hooked code, and its addresses are the host allocator's, so the run must not observe it.
bool IsHosts(uintptr_t address) {
  const auto* const pointer = reinterpret_cast<const void*>(address);
  return !internal::IsVariable(pointer) && !machine->OnAnyStack(pointer);
}

// Some bytes of one granule, which the running context is about to access.
struct Part {
  Part(uintptr_t begin, size_t count)
      : granule(machine->memory().At(begin)),
        address(begin),
        bytes(count),
        which(static_cast<uint8_t>(((1u << count) - 1) << begin % kGranuleBytes)) {
    if (granule->location == 0) granule->location = machine->memory().NewLocation(begin);
    const uint16_t user = User();
    if (granule->owner == 0) granule->owner = user;
    if (granule->owner != user) granule->shared = true;
    location = kFirstLocation + granule->location;
  }

  void ChoicePoint(Access access) const { machine->Step({OperationOf(access), location, which}); }
  // It is touched now.
  void Touch(Access access, MemoryOrder order) const {
    if (granule->dead && dead_memory_watch != nullptr) {
      dead_memory_watch(reinterpret_cast<const void*>(address), bytes,
                        access != Access::kRead && access != Access::kAtomicRead);
    }
    machine->Emit(KindOf(access), which, IsAtomic(access) ? 1 + static_cast<uint64_t>(order) : 0,
                  location);
  }

  Granule* granule;
  uintptr_t address;
  size_t bytes;
  uint8_t which;
  ObjectId location;
};

bool OnCpu() { return machine != nullptr && machine->Running() && machine->cpu() != nullptr; }

}  // namespace

void internal::MemoryAccessSlow(const void* memory, size_t bytes, Access access,
                                MemoryOrder order) {
  if (!OnCpu()) return;
  // An access to the own stack is shared so rarely that it is recorded only if all accesses are.
  if (machine->OnOwnStack(memory) && machine->accesses().which != AccessChoices::kAll) return;
  auto address = reinterpret_cast<uintptr_t>(memory);
  while (bytes > 0) {
    const size_t here = std::min(bytes, kGranuleBytes - address % kGranuleBytes);
    Granule* const granule = machine->memory().At(address);
    if (granule->owner == 0 && IsHosts(address)) granule->owner = kHost;
    if (granule->owner != kHost) {
      const Part part(address, here);
      const AccessChoices choices = machine->accesses();
      if ((choices.which == AccessChoices::kAll ||
           (choices.which == AccessChoices::kShared && part.granule->shared)) &&
          (choices.one_in == 1 || machine->DrawsAccess())) {
        part.ChoicePoint(access);
      }
      part.Touch(access, order);
    }
    address += here;
    bytes -= here;
  }
}

void AtomicChange(const volatile void* address, size_t bytes) {
  if (!OnCpu()) return;
  const Part part(reinterpret_cast<uintptr_t>(address), bytes);
  part.ChoicePoint(Access::kAtomicChange);
  part.Touch(Access::kAtomicChange, MemoryOrder::kSequential);
}

void internal::MemoryFenceSlow(MemoryOrder order) {
  if (!OnCpu()) return;
  machine->Emit(EventKind::kMemoryFence, 0, static_cast<uint64_t>(order));
}

void internal::MemoryAllocatedSlow(const void* memory, size_t bytes) {
  if (machine == nullptr) return;
  machine->waits().numbers().Forget(memory, bytes);
  if (!MemoryIsWatched()) return;
  const uint16_t user = User();
  const auto begin = reinterpret_cast<uintptr_t>(memory);
  for (uintptr_t address = begin; address < begin + bytes; address += kGranuleBytes) {
    *machine->memory().At(address) = {.owner = user};
  }
}

void internal::MemoryFreedSlow(const void* memory, size_t bytes, bool kept) {
  if (machine == nullptr) return;
  const auto begin = reinterpret_cast<uintptr_t>(memory);
  const bool on_cpu = OnCpu();
  machine->memory().VisitExisting(begin, begin + bytes, [&](Granule* granule, uintptr_t) {
    if (on_cpu && granule->location != 0) {
      machine->Emit(EventKind::kMemoryWrite, 0xff, 0, kFirstLocation + granule->location);
    }
    granule->dead = kept;
  });
}

void SetDeadMemoryWatch(DeadMemoryWatch watch) {
  internal::memory_watchers += (watch != nullptr) - (dead_memory_watch != nullptr);
  dead_memory_watch = watch;
}

const void* LocationAddress(ObjectId location) {
  if (machine == nullptr || location <= kFirstLocation) return nullptr;
  return reinterpret_cast<const void*>(machine->memory().AddressOf(location - kFirstLocation));
}

}  // namespace drydock::kernel
