// The dispatcher's invariant, from its own events.
#include "verify/dispatch_checker.h"

#include "absl/strings/str_cat.h"
#include "scheduler/priority.h"
#include "trace/event_values.h"

namespace drydock::verify {

using trace::Context;
using trace::Event;
using trace::EventKind;

void DispatchChecker::Queue(trace::ThreadId thread, bool queued) {
  ThreadState& state = StateOf(thread);
  if (state.queued == queued) return;
  state.queued = queued;
  queued_[state.priority] += queued ? 1 : -1;
  if (IsUrgentPriority(state.priority)) queued_urgent_ += queued ? 1 : -1;
}

void DispatchChecker::Check(const Event& event) {
  ThreadState& self = StateOf(event.thread);
  if (self.spin_locks > 0) return;
  ++checks_;
  if (!self.user_mode && queued_urgent_ == 0) return;
  const int top = event.priority >= BASEPRI_RTQUEUES ? BASEPRI_REALTIME : MAXPRI;
  for (int priority = top; priority > event.priority; --priority) {
    if (queued_[priority] == 0) continue;
    Report(event, "dispatch-by-priority",
           absl::StrCat("thread ", event.thread, " at priority ", event.priority, " did '",
                        trace::EventKindName(event.kind), "' at ", event.time_ns,
                        " ns while a runnable thread of priority ", priority, " had no CPU"));
    return;
  }
}

void DispatchChecker::OnEvent(const Event& event) {
  // (A handler's spin locks are of no thread: the one it interrupted, if any, may be another by
  // now.)
  const auto spins = [&event] {
    return event.context == Context::kThread && trace::LockModeOf(event) == trace::LockMode::kSpin;
  };
  switch (event.kind) {
    // The dispatcher at work: between these the picture is incomplete.
    case EventKind::kThreadCreate:
    case EventKind::kThreadUnblock:
    case EventKind::kWakeup:
      return;
    case EventKind::kThreadRunnable:
      StateOf(event.other).priority = static_cast<int>(event.value);
      Queue(event.other, true);
      return;
    case EventKind::kThreadRun:
      Queue(event.other, false);
      return;
    case EventKind::kThreadPreempt:
      Queue(event.other, true);
      return;
    case EventKind::kThreadPriority: {
      const bool queued = StateOf(event.other).queued;
      Queue(event.other, false);
      StateOf(event.other).priority = static_cast<int>(event.value);
      Queue(event.other, queued);
      return;
    }
    case EventKind::kUserMode:
      StateOf(event.thread).user_mode = event.value != 0;
      return;
    case EventKind::kThreadPolicy:
    case EventKind::kThreadBlock:
    case EventKind::kThreadExit:
      return;
    case EventKind::kLockAcquire:
      if (spins()) ++StateOf(event.thread).spin_locks;
      break;
    case EventKind::kLockRelease:
      if (spins()) {
        --StateOf(event.thread).spin_locks;
        return;
      }
      break;
    default:
      break;
  }
  if (event.context == Context::kThread) Check(event);
}

}  // namespace drydock::verify
