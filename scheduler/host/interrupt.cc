// The host kernel's interrupt lines as the controller sees them (scheduler/kernel/interrupt.h).
#include "scheduler/kernel/interrupt.h"

#include <sched.h>

#include "scheduler/host/machine.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/spin.h"

namespace drydock::kernel {

using host::context;
using host::machine;
using trace::EventKind;

void InterruptInstall(int line, Trigger trigger, InterruptHandler handler, void* target) {
  ChoicePoint(OperationKind::kMask, 0);
  machine->interrupts().Install(line, trigger, handler, target);
}

void InterruptMask(int line) {
  ChoicePoint(OperationKind::kMask, 0);
  machine->interrupts().SetMasked(line, true);
}

void InterruptUnmask(int line) {
  ChoicePoint(OperationKind::kMask, 0);
  machine->interrupts().SetMasked(line, false);
}

bool InterruptIsMasked(int line) { return machine->interrupts().IsMasked(line); }

void InterruptRaise(int line) {
  ChoicePoint(OperationKind::kRaise, 0);
  if (machine->interrupts().Raise(line)) {
    machine->Emit(EventKind::kInterruptRaise, 0, static_cast<uint64_t>(line));
  }
}

void InterruptLower(int line) {
  ChoicePoint(OperationKind::kRaise, 0);
  if (machine->interrupts().Lower(line)) {
    machine->Emit(EventKind::kInterruptLower, 0, static_cast<uint64_t>(line));
  }
}

bool InterruptActiveElsewhere(int line) {
  return machine->interrupts().active(line) && !(context.in_interrupt && context.line == line);
}

void InterruptWaitInactive(int line) {
  for (int looks = 0; InterruptActiveElsewhere(line); ++looks) {
    machine->LeaveIfStopping();
    looks < SpinLimit() ? SpinPause() : static_cast<void>(sched_yield());
  }
}

void InterruptClaim(bool mine) {
  if (context.in_interrupt) context.claimed = mine;
}

bool InterruptClaimed() { return !context.in_interrupt || context.claimed; }

bool InInterruptContext() { return context.in_interrupt; }

// Handlers run on a CPU of their own, so that there is nothing to keep off this one.
bool SetInterruptsEnabled(bool enabled) {
  const bool was = context.interrupts_enabled;
  context.interrupts_enabled = enabled;
  return was;
}

}  // namespace drydock::kernel
