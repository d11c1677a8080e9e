// The groups of worker threads that run thread calls.
#include "scheduler/sim/thread_calls.h"

#include "scheduler/kernel/choice.h"
#include "scheduler/sim/machine.h"

namespace drydock::sim {

using kernel::ThreadCall;
using trace::EventKind;

void ThreadCallGroup::Kick() {
  Touch();
  if (pending.empty()) return;
  if (parallel) {
    if (idle.empty() && active > 0 && pending.size() <= 4 * static_cast<size_t>(active)) return;
  } else if (active > 0) {
    return;
  }
  if (!idle.empty()) {
    Thread* worker = idle.back();
    idle.pop_back();
    machine->EndWait(worker, kernel::WaitResult::kAwakened);
    return;
  }
  Thread* worker =
      machine->NewThread({.name = name, .priority = priority, .daemon = true}, [this] { Work(); });
  worker->group = this;
  worker->eager = priority <= BASEPRI_KERNEL;
  machine->dispatcher().MakeRunnable(worker, "created");
}

void ThreadCallGroup::Touch() const {
  machine->NoteEffect(OperationKind::kThreadCall,
                      machine->NameOf(kNamedCalls, static_cast<ObjectId>(priority)));
}

// The body of a worker thread.
void ThreadCallGroup::Work() {
  for (;;) {
    Touch();
    while (!pending.empty()) {
      ThreadCall* call = &pending.front();
      pending.pop_front();
      Run(call);
      Touch();
    }
    kernel::AssertWait(this, kernel::Interruptible::kUninterruptible, 0,
                       {"waits for thread calls", "", 0, nullptr});
    Touch();
    // Idle only from here on, since Kick ends the wait of an idle worker. A call may have come
    // meanwhile.
    if (pending.empty()) {
      idle.push_back(machine->self());
    } else {
      machine->EndWait(machine->self(), kernel::WaitResult::kAwakened);
    }
    kernel::ThreadBlock();
  }
}

void ThreadCallGroup::Run(ThreadCall* call) {
  call->Touch();
  call->queued = false;
  ++call->running;
  call->runs_on = machine->self();
  machine->Emit(EventKind::kThreadCallBegin, 0, 0, call->id);
  call->function(call->parameter0, call->parameter1);
  if (const kernel::Funnel funnel = kernel::CurrentFunnel(); funnel != kernel::Funnel::kNone) {
    kernel::FunnelSet(funnel, false);
  }
  kernel::ChoicePoint(OperationKind::kThreadCall, call->id);
  machine->Emit(EventKind::kThreadCallEnd, 0, 0, call->id);
  --call->running;
  if (call->runs_on == machine->self()) call->runs_on = nullptr;
  if (call->running > 0) return;
  kernel::ThreadWakeup(call, /*one_thread=*/false);  // threads in ThreadCallCancelWait
  call->Touch();
  if (call->free_when_done) {
    machine->thread_calls().Free(call);
  } else if (call->again) {
    call->again = false;
    machine->thread_calls().Enter(call, call->parameter1, call->again_deadline);
  }
}

ThreadCalls::ThreadCalls(kernel::Profile profile)
    : one_group_(profile == kernel::Profile::kHistoric) {
  for (size_t i = 0; i < groups_.size(); ++i) {
    static_cast<kernel::ThreadCallGroupKind&>(groups_[i]) =
        kernel::ThreadCallGroupKindOf(i, profile);
  }
}

ThreadCall* ThreadCalls::Make(kernel::ThreadCallPriority priority) {
  ThreadCall* call = calls_.Take();
  call->group = &groups_[one_group_ ? 0 : static_cast<size_t>(priority)];
  call->id = machine->NewId();
  call->deadline.operation = {OperationKind::kDeadline, call->id};
  call->free_when_done = false;
  return call;
}

void ThreadCalls::Free(ThreadCall* call) {
  if (call->running > 0) {
    call->free_when_done = true;
  } else {
    calls_.GiveBack(call);
  }
}

bool ThreadCalls::Enter(ThreadCall* call, void* parameter1, Time deadline) {
  if ((call->options & kernel::kThreadCallOnce) != 0 && call->running > 0) {
    const bool was_again = call->again;
    call->parameter1 = parameter1;
    call->again = true;
    call->again_deadline = deadline;
    return was_again;
  }
  const bool was_pending = Cancel(call);
  call->parameter1 = parameter1;
  if (deadline == 0 || machine->HasPassed(deadline)) {
    Queue(call);
  } else {
    machine->deadlines().Insert(&call->deadline, deadline);
    machine->chooser().Invalidate();
  }
  return was_pending;
}

ThreadCallQueue& ThreadCalls::QueueOf(ThreadCall* call) {
  return (call->options & kernel::kThreadCallSignal) != 0 ? signalled_ : call->group->pending;
}

bool ThreadCalls::Cancel(ThreadCall* call) {
  const bool was_pending = call->pending();
  machine->deadlines().Remove(&call->deadline);
  call->group->Touch();
  if (call->queued) {
    call->queued = false;
    ThreadCallQueue& queue = QueueOf(call);
    queue.erase(queue.iterator_to(*call));
  }
  call->again = false;
  machine->chooser().Invalidate();
  return was_pending;
}

void ThreadCalls::Due(ThreadCall* call) { Queue(call); }

void ThreadCalls::Queue(ThreadCall* call) {
  call->queued = true;
  QueueOf(call).push_back(*call);
  if ((call->options & kernel::kThreadCallSignal) != 0) {
    kernel::InterruptRaise(kTimerLine);
  } else {
    call->group->Kick();
  }
}

void ThreadCalls::RunSignalled(void* calls, int) {
  auto& signalled = static_cast<ThreadCalls*>(calls)->signalled_;
  while (!signalled.empty()) {
    ThreadCall* call = &signalled.front();
    signalled.pop_front();
    call->Touch();
    call->queued = false;
    ++call->running;
    machine->Emit(EventKind::kThreadCallBegin, 0, 0, call->id);
    call->function(call->parameter0, call->parameter1);
    machine->Emit(EventKind::kThreadCallEnd, 0, 0, call->id);
    call->Touch();
    --call->running;
    kernel::ThreadWakeup(call, /*one_thread=*/false);
    if (call->free_when_done) {
      machine->thread_calls().Free(call);
    } else if (call->again) {
      call->again = false;
      machine->thread_calls().Enter(call, call->parameter1, call->again_deadline);
    }
  }
}

}  // namespace drydock::sim

namespace drydock::kernel {

void ThreadCall::Touch() const { sim::machine->NoteEffect(OperationKind::kThreadCall, id); }

}  // namespace drydock::kernel
