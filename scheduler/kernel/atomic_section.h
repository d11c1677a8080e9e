// scheduler/kernel/atomic_section.h
//
// Steps that other threads must see as one, in code below the kernel's own locks: counts, lists and
// pools that a Mac's kernel keeps with atomic instructions or locks of its own. On the simulated
// machine whatever has no choice point inside is one step anyway, and a section costs a branch; on
// host threads all sections exclude each other.
#ifndef DRYDOCK_SCHEDULER_KERNEL_ATOMIC_SECTION_H_
#define DRYDOCK_SCHEDULER_KERNEL_ATOMIC_SECTION_H_

namespace drydock::kernel {

// Whether threads run at the same time. The kernel's that is linked.
extern const bool kParallel;

namespace internal {
void EnterSection();
void LeaveSection();
}  // namespace internal

// Short, in any context; may be nested. No lock or wait inside. The outside world is in one
// whenever it acts.
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
