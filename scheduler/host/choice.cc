// The host kernel's choice point (scheduler/kernel/choice.h): a thread leaves there when the run is
// over.
#include "scheduler/kernel/choice.h"

#include "scheduler/host/machine.h"

namespace drydock::kernel {

using host::machine;

void ChoicePoint(OperationKind, ObjectId) {
  if (machine == nullptr) return;
  machine->LeaveIfStopping();
  if (ABSL_PREDICT_FALSE(machine->outside().any())) machine->outside().Pull(nullptr);
}

}  // namespace drydock::kernel
