// symbols/own_stack.h
//
// A stack for work that needs much of it, called from simulated threads, which have little.
#ifndef DRYDOCK_SYMBOLS_OWN_STACK_H_
#define DRYDOCK_SYMBOLS_OWN_STACK_H_

#include "absl/functional/function_ref.h"

namespace drydock {

// Calls `work` on a stack of 1 MiB and returns when it has returned. One call at a time, and none
// from within `work`: the caller holds a lock. `work` must not throw and must not switch fibers.
void OnOwnStack(absl::FunctionRef<void()> work);

}  // namespace drydock

#endif  // DRYDOCK_SYMBOLS_OWN_STACK_H_
