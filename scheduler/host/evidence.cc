// The host kernel's evidence (scheduler/kernel/evidence.h): the calling thread's stack.
#include "scheduler/kernel/evidence.h"

#include "scheduler/host/machine.h"

namespace drydock::kernel {

using host::machine;

CallStackId CallStackHere() { return machine != nullptr ? machine->StackIdHere() : 0; }

}  // namespace drydock::kernel
