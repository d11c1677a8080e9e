// The groups of worker threads that run thread calls, on host threads.
#include "scheduler/host/thread_calls.h"

#include <algorithm>

#include "scheduler/host/machine.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/panic.h"

namespace drydock::host {

ThreadCalls::ThreadCalls(kernel::Profile profile)
    : one_group_(profile == kernel::Profile::kHistoric) {
  for (size_t i = 0; i < groups_.size(); ++i) {
    static_cast<kernel::ThreadCallGroupKind&>(groups_[i]) =
        kernel::ThreadCallGroupKindOf(i, profile);
  }
}

ThreadCall* ThreadCalls::Make(kernel::ThreadCallFunction function, void* parameter0,
                              kernel::ThreadCallPriority priority, uint32_t options) {
  ThreadCall* call = calls_.Take();
  const Locked locked(&lock_);
  *call = ThreadCall();
  call->function = function;
  call->parameter0 = parameter0;
  call->group = &groups_[one_group_ ? 0 : static_cast<size_t>(priority)];
  call->options = options;
  call->id = machine->NewId();
  return call;
}

bool ThreadCalls::Free(ThreadCall* call) {
  const Locked locked(&lock_);
  if (call->pending()) return false;
  if (call->running > 0) {
    call->free_when_done = true;
  } else {
    calls_.GiveBack(call);
  }
  return true;
}

bool ThreadCalls::Enter(ThreadCall* call, void* parameter1, kernel::Time deadline) {
  const Locked locked(&lock_);
  return EnterLocked(call, parameter1, deadline);
}

bool ThreadCalls::EnterLocked(ThreadCall* call, void* parameter1, kernel::Time deadline) {
  if ((call->options & kernel::kThreadCallOnce) != 0 && call->running > 0) {
    const bool was_pending = CancelLocked(call);
    call->parameter1 = parameter1;
    call->again = true;
    call->again_deadline = deadline;
    return was_pending;
  }
  const bool was_pending = CancelLocked(call);
  call->parameter1 = parameter1;
  const bool signal = (call->options & kernel::kThreadCallSignal) != 0;
  if (signal || deadline > machine->Now()) {
    call->armed = machine->timer().NewHandle();
    machine->timer().Schedule(call->armed, machine->HostTime(std::max<kernel::Time>(deadline, 1)),
                              [this, call](DeadlineThread::Handle handle) { Due(call, handle); });
  } else {
    Queue(call);
  }
  return was_pending;
}

bool ThreadCalls::Cancel(ThreadCall* call) {
  const Locked locked(&lock_);
  return CancelLocked(call);
}

bool ThreadCalls::CancelLocked(ThreadCall* call) {
  const bool was_pending = call->pending();
  // (It may be on its way into Due, which will find that it was meant no more.)
  if (call->armed != 0) machine->timer().Cancel(call->armed);
  call->armed = 0;
  if (call->queued) {
    std::deque<ThreadCall*>& line = call->group->pending;
    line.erase(std::find(line.begin(), line.end(), call));
    call->queued = false;
  }
  call->again = false;
  return was_pending;
}

void ThreadCalls::Due(ThreadCall* call, DeadlineThread::Handle handle) {
  const Locked locked(&lock_);
  if (!machine->timer().Begin(handle) || call->armed != handle) return;
  call->armed = 0;
  if ((call->options & kernel::kThreadCallSignal) == 0) {
    Queue(call);
    return;
  }
  context.in_interrupt = true;
  context.line = kernel::kInterruptLines;
  Run(call);
  context.in_interrupt = false;
}

void ThreadCalls::Queue(ThreadCall* call) {
  call->queued = true;
  call->group->pending.push_back(call);
  Kick(call->group);
}

void ThreadCalls::Kick(ThreadCallGroup* group) {
  if (group->pending.empty()) return;
  if (group->parallel) {
    if (group->idle.empty() && group->active > 0 &&
        group->pending.size() <= 4 * static_cast<size_t>(group->active)) {
      return;
    }
  } else if (group->active > 0) {
    return;
  }
  ++group->active;
  if (!group->idle.empty()) {
    Thread* worker = group->idle.back();
    group->idle.pop_back();
    machine->Wake(group, Machine::Whom::kAll, kernel::WaitResult::kAwakened, worker);
    return;
  }
  machine->StartThread({.name = group->name, .priority = group->priority, .daemon = true},
                       [this, group] { Work(group); });
}

void ThreadCalls::Work(ThreadCallGroup* group) {
  for (;;) {
    lock_.Lock();
    while (!group->pending.empty()) {
      ThreadCall* call = group->pending.front();
      group->pending.pop_front();
      Run(call);
    }
    --group->active;
    group->idle.push_back(context.self);
    machine->Assert(group, {"waits for thread calls", "", 0, nullptr});
    lock_.Unlock();
    kernel::ThreadBlock();
  }
}

void ThreadCalls::Run(ThreadCall* call) {
  call->queued = false;
  ++call->running;
  call->runs_on = context.self;
  void* const parameter1 = call->parameter1;
  lock_.Unlock();

  machine->LeaveIfStopping();
  if (context.self != nullptr) context.self->group = call->group;
  machine->Emit(EventKind::kThreadCallBegin, 0, 0, call->id);
  call->function(call->parameter0, parameter1);
  machine->Emit(EventKind::kThreadCallEnd, 0, 0, call->id);
  if (context.self != nullptr) context.self->group = nullptr;
  machine->LeaveIfStopping();

  lock_.Lock();
  --call->running;
  if (call->runs_on == context.self) call->runs_on = nullptr;
  if (call->running > 0) return;
  machine->Wake(call, Machine::Whom::kAll, kernel::WaitResult::kAwakened);
  if (call->free_when_done) {
    calls_.GiveBack(call);
  } else if (call->again) {
    call->again = false;
    EnterLocked(call, call->parameter1, call->again_deadline);
  }
}

bool ThreadCalls::AssertDone(ThreadCall* call) {
  const Locked locked(&lock_);
  if (call->running == 0) return true;
  machine->Assert(call,
                  {"waits for a thread call to return", "", call->id, nullptr, /*for_lock=*/true});
  return false;
}

Thread* ThreadCalls::RunsOn(ThreadCall* call) {
  const Locked locked(&lock_);
  return call->runs_on;
}

void ThreadCalls::WorkerBlocked(ThreadCallGroup* group) {
  const Locked locked(&lock_);
  --group->active;
  Kick(group);
}

void ThreadCalls::WorkerUnblocked(ThreadCallGroup* group) {
  const Locked locked(&lock_);
  ++group->active;
}

}  // namespace drydock::host
