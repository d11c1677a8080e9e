// scheduler/thread_call_groups.h
//
// The groups of workers that run thread calls, which are the same in every kernel.
// (workloop.md 4.6)
#ifndef DRYDOCK_SCHEDULER_THREAD_CALL_GROUPS_H_
#define DRYDOCK_SCHEDULER_THREAD_CALL_GROUPS_H_

#include <cstddef>

#include "scheduler/kernel/profile.h"
#include "scheduler/kernel/thread_call.h"

namespace drydock::kernel {

// The first members of every kernel's group.
struct ThreadCallGroupKind {
  const char* name = "";  // of the workers
  int priority = 0;
  bool parallel = false;  // else one active worker at a time (SC-23)
};

// The group of the ThreadCallPriority `index`; in a kernel of 2003 the first one is for all.
ThreadCallGroupKind ThreadCallGroupKindOf(size_t index, Profile profile);

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_THREAD_CALL_GROUPS_H_
