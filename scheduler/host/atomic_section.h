// scheduler/host/atomic_section.h
//
// What the host kernel asks about atomic sections (scheduler/kernel/atomic_section.h) when a thread
// leaves at the end of a run.
#ifndef DRYDOCK_SCHEDULER_HOST_ATOMIC_SECTION_H_
#define DRYDOCK_SCHEDULER_HOST_ATOMIC_SECTION_H_

namespace drydock::kernel::internal {

// Whether the calling host thread is in an AtomicSection.
bool InSection();
// Leaves it from however deep inside.
void AbandonSection();

}  // namespace drydock::kernel::internal

#endif  // DRYDOCK_SCHEDULER_HOST_ATOMIC_SECTION_H_
