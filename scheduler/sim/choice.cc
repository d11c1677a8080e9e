// The simulated kernel's choice point (scheduler/kernel/choice.h).
#include "scheduler/kernel/choice.h"

#include "scheduler/sim/machine.h"

namespace drydock::kernel {

using sim::machine;

void ChoicePoint(OperationKind kind, ObjectId object) {
  if (machine == nullptr) return;
  if (machine->cpu() != nullptr) {
    machine->Step(kind, object);
  } else {
    machine->NoteEffect(kind, object);
  }
}

}  // namespace drydock::kernel
