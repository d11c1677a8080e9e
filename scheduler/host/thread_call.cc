// The host kernel's thread calls (scheduler/kernel/thread_call.h).
#include "scheduler/kernel/thread_call.h"

#include "scheduler/host/machine.h"
#include "scheduler/host/thread_calls.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/panic.h"

namespace drydock::kernel {

using host::machine;

ThreadCall* ThreadCallAllocate(ThreadCallFunction function, void* parameter0,
                               ThreadCallPriority priority, uint32_t options) {
  if (machine == nullptr) Panic("ThreadCallAllocate with no run in progress");
  return machine->thread_calls().Make(function, parameter0, priority, options);
}

bool ThreadCallFree(ThreadCall* call) {
  ChoicePoint(OperationKind::kThreadCall, call->id);
  return machine->thread_calls().Free(call);
}

bool ThreadCallEnterDelayed(ThreadCall* call, void* parameter1, Time deadline) {
  ChoicePoint(OperationKind::kThreadCall, call->id);
  machine->Emit(trace::EventKind::kThreadCallEnter, 0, deadline, call->id);
  return machine->thread_calls().Enter(call, parameter1, deadline);
}

bool ThreadCallCancel(ThreadCall* call) {
  ChoicePoint(OperationKind::kThreadCall, call->id);
  machine->Emit(trace::EventKind::kThreadCallCancel, 0, 0, call->id);
  return machine->thread_calls().Cancel(call);
}

bool ThreadCallCancelWait(ThreadCall* call) {
  RefuseWaitInInterrupt("waits for a thread call to return", "");
  if (host::context.self != nullptr && machine->thread_calls().RunsOn(call) == host::context.self) {
    Panic("ThreadCallCancelWait from inside the call it waits for");
  }
  const bool was_pending = ThreadCallCancel(call);
  while (!machine->thread_calls().AssertDone(call)) ThreadBlock();
  return was_pending;
}

Time ThreadCallNextDeadline() {
  const Time next = machine->timer().Next();
  return next == 0 ? 0 : next - machine->HostTime(1) + 1;
}

}  // namespace drydock::kernel
