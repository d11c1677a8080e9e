// The simulated kernel's thread calls (scheduler/kernel/thread_call.h).
#include "scheduler/kernel/thread_call.h"

#include <algorithm>

#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/sim/machine.h"
#include "scheduler/sim/thread_calls.h"

namespace drydock::kernel {

using sim::machine;

ThreadCall* ThreadCallAllocate(ThreadCallFunction function, void* parameter0,
                               ThreadCallPriority priority, uint32_t options) {
  if (machine == nullptr) Panic("ThreadCallAllocate with no run in progress");
  ThreadCall* call = machine->thread_calls().Make(priority);
  call->function = function;
  call->parameter0 = parameter0;
  call->options = options;
  return call;
}

bool ThreadCallFree(ThreadCall* call) {
  ChoicePoint(OperationKind::kThreadCall, call->id);
  if (call->pending()) return false;
  machine->thread_calls().Free(call);
  return true;
}

bool ThreadCallEnterDelayed(ThreadCall* call, void* parameter1, Time deadline) {
  ChoicePoint(OperationKind::kThreadCall, call->id);
  machine->Emit(trace::EventKind::kThreadCallEnter, 0, deadline, call->id);
  const bool was_pending = machine->thread_calls().Enter(call, parameter1, deadline);
  machine->Settle();
  return was_pending;
}

bool ThreadCallCancel(ThreadCall* call) {
  ChoicePoint(OperationKind::kThreadCall, call->id);
  machine->Emit(trace::EventKind::kThreadCallCancel, 0, 0, call->id);
  return machine->thread_calls().Cancel(call);
}

bool ThreadCallCancelWait(ThreadCall* call) {
  RefuseWaitInInterrupt("waits for a thread call to return", "");
  if (machine->self() != nullptr && call->runs_on == machine->self()) {
    Panic("ThreadCallCancelWait from inside the call it waits for");
  }
  const bool was_pending = ThreadCallCancel(call);
  while (call->running > 0) {
    AssertWait(call, Interruptible::kUninterruptible, 0,
               {"waits for a thread call to return", "", call->id, nullptr, /*for_lock=*/true});
    call->Touch();
    if (call->running == 0) machine->EndWait(machine->self(), WaitResult::kAwakened);
    ThreadBlock();
    call->Touch();
  }
  return was_pending;
}

Time ThreadCallNextDeadline() {
  Time next = sim::kNever;
  machine->deadlines().VisitUntil(sim::kNever, [&next](const sim::Deadline* deadline) {
    if (deadline->kind == sim::Deadline::Kind::kThreadCall) next = std::min(next, deadline->when);
  });
  return next == sim::kNever ? 0 : next;
}

}  // namespace drydock::kernel
