// Plain memory (scheduler/kernel/memory.h), of which the host kernel keeps no record:
// ThreadSanitizer finds races on host threads.
#include "scheduler/kernel/memory.h"

#include "scheduler/kernel/choice.h"

namespace drydock::kernel {

void AtomicChange(const volatile void*, size_t) { ChoicePoint(OperationKind::kAtomic, 0); }

void internal::MemoryAccessSlow(const void*, size_t, Access, MemoryOrder) {}
void internal::MemoryFenceSlow(MemoryOrder) {}
void internal::MemoryAllocatedSlow(const void*, size_t) {}
void internal::MemoryFreedSlow(const void*, size_t, bool) {}

void SetDeadMemoryWatch(DeadMemoryWatch) {}

const void* LocationAddress(ObjectId) { return nullptr; }

}  // namespace drydock::kernel
