// How events and object ids get out of the host kernel (scheduler/kernel/trace.h, types.h).
#include "scheduler/kernel/trace.h"

#include <atomic>

#include "scheduler/host/machine.h"

namespace drydock::kernel {

using host::machine;

void internal::TraceSlow(trace::Event event) {
  if (machine != nullptr) {
    machine->Emit(event);
  } else {
    trace::Publish(event);
  }
}

ObjectId NewObjectId() {
  // As on the simulated machine: ids from outside of runs come from the top.
  static std::atomic<ObjectId> unbooted{0x80000000u};
  return machine != nullptr ? machine->NewId() : ++unbooted;
}

}  // namespace drydock::kernel
