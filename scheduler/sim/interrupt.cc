// The simulated kernel's interrupt lines as the controller sees them
// (scheduler/kernel/interrupt.h).
#include "scheduler/kernel/interrupt.h"

#include "scheduler/kernel/choice.h"
#include "scheduler/sim/machine.h"

namespace drydock::kernel {

using sim::Line;
using sim::machine;
using trace::EventKind;

namespace {

kernel::ObjectId LineName(int line) {
  return machine->NameOf(sim::kNamedLine, static_cast<ObjectId>(line));
}

}  // namespace

void InterruptInstall(int line, Trigger trigger, InterruptHandler handler, void* target) {
  ChoicePoint(OperationKind::kMask, LineName(line));
  Line& state = machine->lines()[line];
  state.trigger = trigger;
  state.handler = handler;
  state.target = target;
  state.masked = true;
  if (handler == nullptr) state.raised = false;
  machine->LineChanged(line);
}

void InterruptMask(int line) {
  ChoicePoint(OperationKind::kMask, LineName(line));
  machine->lines()[line].masked = true;
  machine->LineChanged(line);
}

void InterruptUnmask(int line) {
  ChoicePoint(OperationKind::kMask, LineName(line));
  machine->lines()[line].masked = false;
  machine->LineChanged(line);
}

bool InterruptIsMasked(int line) { return machine->lines()[line].masked; }

void InterruptRaise(int line) {
  ChoicePoint(OperationKind::kRaise, LineName(line));
  Line& state = machine->lines()[line];
  if (!state.raised) {
    machine->Emit(EventKind::kInterruptRaise, 0, static_cast<uint64_t>(line));
  }
  state.raised = true;
  machine->LineChanged(line);
}

void InterruptLower(int line) {
  ChoicePoint(OperationKind::kRaise, LineName(line));
  Line& state = machine->lines()[line];
  if (state.raised) {
    machine->Emit(EventKind::kInterruptLower, 0, static_cast<uint64_t>(line));
  }
  state.raised = false;
  machine->LineChanged(line);
}

bool InterruptActiveElsewhere(int line) {
  if (!machine->lines()[line].active) return false;
  return !(machine->in_interrupt() && machine->cpu()->line == line);
}

void InterruptWaitInactive(int line) {
  if (machine->cpu() == nullptr) return;
  machine->NoteEffect(OperationKind::kRead, LineName(line));
  while (InterruptActiveElsewhere(line)) {
    const bool on_thread = !machine->in_interrupt();
    if (on_thread) ++machine->self()->spin_depth;
    machine->Stall(&machine->lines()[line]);
    if (on_thread && --machine->self()->spin_depth == 0) {
      machine->dispatcher().Dispatch();
      machine->Settle();
    }
  }
}

void InterruptClaim(bool mine) {
  if (InInterruptContext()) machine->cpu()->claimed = mine;
}

bool InterruptClaimed() { return !InInterruptContext() || machine->cpu()->claimed; }

bool InInterruptContext() { return machine != nullptr && machine->in_interrupt(); }

bool SetInterruptsEnabled(bool enabled) {
  if (machine == nullptr || machine->cpu() == nullptr) return true;
  const bool was = machine->cpu()->interrupts_enabled;
  machine->cpu()->interrupts_enabled = enabled;
  machine->chooser().Invalidate();
  return was;
}

}  // namespace drydock::kernel
