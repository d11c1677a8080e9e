// Atomic sections of the host kernel: one lock for all of them, because they are short.
#include "scheduler/kernel/atomic_section.h"

#include "scheduler/host/atomic_section.h"
#include "scheduler/host/futex.h"

namespace drydock::kernel {

const bool kParallel = true;

namespace {

constinit host::RawLock section;
constinit thread_local int section_depth = 0;

}  // namespace

void internal::EnterSection() {
  if (section_depth++ == 0) section.Lock();
}

void internal::LeaveSection() {
  if (--section_depth == 0) section.Unlock();
}

bool internal::InSection() { return section_depth > 0; }

void internal::AbandonSection() {
  if (section_depth == 0) return;
  section_depth = 0;
  section.Unlock();
}

}  // namespace drydock::kernel
