// scheduler/kernel/atomic_section.h
//
// Sections of code that other threads must see as one step: for counts, lists and pools, which a
// Mac's kernel keeps with atomic instructions or private locks. On the simulated machine code
// without a choice point is one step anyway, and a section costs a branch; on host threads all
// sections exclude each other.
#ifndef DRYDOCK_SCHEDULER_KERNEL_ATOMIC_SECTION_H_
#define DRYDOCK_SCHEDULER_KERNEL_ATOMIC_SECTION_H_

namespace drydock::kernel {

// Whether threads run at the same time. Defined by the kernel that is linked.
extern const bool kParallel;

namespace internal {
void EnterSection();
void LeaveSection();
}  // namespace internal

// Any context; may be nested. No lock, wait or choice point inside. Every outside event runs in
// one.
class AtomicSection {
 public:
  AtomicSection() {
    if (kParallel) internal::EnterSection();
  }
  ~AtomicSection() {
    if (kParallel) internal::LeaveSection();
  }
  AtomicSection(const AtomicSection&) = delete;
  AtomicSection& operator=(const AtomicSection&) = delete;
};

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_ATOMIC_SECTION_H_
