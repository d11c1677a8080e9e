// The simulated kernel's evidence (scheduler/kernel/evidence.h): the calling code's stack and time.
#include "scheduler/kernel/evidence.h"

#include "scheduler/sim/machine.h"

namespace drydock::kernel {

using sim::machine;

Moment ThisMoment() {
  if (machine == nullptr) return {};
  const char* thread = machine->self() != nullptr ? machine->self()->name : "";
  return {thread, machine->Now(), CallStackHere()};
}

CallStackId CallStackHere() { return machine != nullptr ? machine->StackIdHere() : 0; }

void GiveUp(const char* why) {
  if (machine != nullptr) machine->chooser().GiveUp(why);
}

}  // namespace drydock::kernel
