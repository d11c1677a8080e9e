// How events and object ids get out of the simulated kernel (scheduler/kernel/trace.h, types.h).
#include "scheduler/kernel/trace.h"

#include "scheduler/sim/machine.h"

namespace drydock::kernel {

using sim::machine;

void internal::TraceSlow(trace::Event event) {
  if (machine != nullptr) {
    machine->Emit(event);
  } else {
    trace::Publish(event);
  }
}

ObjectId NewObjectId() {
  // Outside of runs (immortal objects made at static initialisation) ids come from the top, so that
  // they never meet those of a run.
  static ObjectId unbooted = 0x80000000u;
  return machine != nullptr ? machine->NewId() : ++unbooted;
}

}  // namespace drydock::kernel
