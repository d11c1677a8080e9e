// The simulated kernel's evidence (scheduler/kernel/evidence.h): the calling code's stack.
#include "scheduler/kernel/evidence.h"

#include "scheduler/sim/machine.h"

namespace drydock::kernel {

using sim::machine;

CallStackId CallStackHere() { return machine != nullptr ? machine->StackIdHere() : 0; }

}  // namespace drydock::kernel
