// Priority inversions, from the events of locks and of the dispatcher.
#include "verify/inversion_checker.h"

#include "absl/strings/str_cat.h"
#include "trace/event_values.h"

namespace drydock::verify {

using trace::Context;
using trace::Event;
using trace::EventKind;

trace::EventKinds InversionChecker::Kinds() const {
  return {EventKind::kThreadCreate,  EventKind::kThreadRunnable, EventKind::kThreadRun,
          EventKind::kThreadPreempt, EventKind::kThreadPriority, EventKind::kThreadName,
          EventKind::kLockAcquire,   EventKind::kLockContend,    EventKind::kLockRelease};
}

void InversionChecker::OnEvent(const Event& event) {
  switch (event.kind) {
    case EventKind::kThreadCreate:
      StateOf(event.other).name = event.name;
      StateOf(event.other).priority = static_cast<int>(event.value);
      return;
    case EventKind::kThreadName:
      StateOf(event.other).name = event.name;
      return;
    case EventKind::kThreadRunnable:
      StateOf(event.other).priority = static_cast<int>(event.value);
      StateOf(event.other).queued = true;
      return;
    case EventKind::kThreadRun:
      StateOf(event.other).queued = false;
      Check(event, event.other);
      return;
    case EventKind::kThreadPreempt:
      StateOf(event.other).queued = true;
      return;
    case EventKind::kThreadPriority:
      StateOf(event.other).priority = static_cast<int>(event.value);
      return;
    default:
      break;
  }
  if (event.context != Context::kThread) return;
  if (event.kind != EventKind::kLockContend && trace::LockModeOf(event) == trace::LockMode::kSpin) {
    return;
  }
  ThreadState& self = StateOf(event.thread);
  switch (event.kind) {
    case EventKind::kLockContend:
      if (event.other == 0) return;  // held by readers
      owners_[event.object] = event.other;
      if (self.waits_for == 0) waiting_.push_back(event.thread);
      self.waits_for = event.object;
      self.waits_for_name = event.name;
      return;
    case EventKind::kLockAcquire:
      if (self.waits_for == event.object) {
        self.waits_for = 0;
        std::erase(waiting_, event.thread);
      }
      owners_[event.object] = event.thread;
      return;
    default:
      owners_.erase(event.object);
      return;
  }
}

void InversionChecker::Check(const Event& event, trace::ThreadId thread) {
  const int priority = StateOf(thread).priority;
  for (const trace::ThreadId waiter : waiting_) {
    const ThreadState& waits = threads_[waiter];
    if (waits.priority <= priority) continue;
    // The thread that has to run for this wait to end.
    trace::ThreadId last = waiter;
    for (size_t links = 0; links < waiting_.size() && threads_[last].waits_for != 0; ++links) {
      const auto owner = owners_.find(threads_[last].waits_for);
      if (owner == owners_.end()) break;  // it is about to be the waiter's
      last = owner->second;
    }
    const ThreadState& owes = threads_[last];
    if (last == waiter || !owes.queued || owes.priority >= priority) continue;
    if (!reported_.insert(waits.waits_for).second) continue;
    Report(event, "priority-inversion",
           absl::StrCat(waits.name, " (", waits.priority, ") waits for ", waits.waits_for_name,
                        ", and so for ", owes.name, " (", owes.priority,
                        "), which has no CPU because ", threads_[thread].name, " (", priority,
                        ") has it"));
  }
}

}  // namespace drydock::verify
