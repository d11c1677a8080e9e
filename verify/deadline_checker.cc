// Timers and real-time threads that were late.
#include "verify/deadline_checker.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "trace/microseconds.h"

namespace drydock::verify {

using trace::Event;
using trace::EventKind;

namespace {

constexpr uint64_t kLeastGranted = 1'000'000;  // ns

Finding Missed(std::string sentence, std::string thread, uint64_t time_ns) {
  return {.name = "missed-deadline",
          .sentence = std::move(sentence),
          .thread = std::move(thread),
          .time_ns = time_ns};
}

}  // namespace

trace::EventKinds DeadlineChecker::Kinds() const {
  return {EventKind::kThreadCreate, EventKind::kThreadUnblock, EventKind::kThreadBlock,
          EventKind::kThreadExit,   EventKind::kTimerArm,      EventKind::kTimerCancel,
          EventKind::kActionBegin};
}

DeadlineChecker::Thread& DeadlineChecker::ThreadOf(trace::ThreadId thread) {
  if (thread >= threads_.size()) threads_.resize(thread + 1);
  return threads_[thread];
}

void DeadlineChecker::OnEvent(const Event& event) {
  const uint64_t now = event.time_ns;
  switch (event.kind) {
    case EventKind::kTimerArm: {
      Timer& timer = timers_[event.other];
      timer.due_ns = event.value;
      timer.granted_ns = std::max(event.value - std::min(event.value, now), kLeastGranted);
      return;
    }
    case EventKind::kTimerCancel:
      timers_[event.other].due_ns = 0;
      return;
    case EventKind::kActionBegin: {
      const auto found = timers_.find(event.other);
      if (found == timers_.end()) return;
      Timer& timer = found->second;
      const uint64_t due = timer.due_ns;
      timer.due_ns = 0;
      if (due == 0 || now <= due + timer.granted_ns || timer.reported) return;
      timer.reported = true;
      findings_.push_back(
          Missed(absl::StrCat("the action of ", event.name, " of ", event.detail, " begins ",
                              trace::Microseconds(now - due), " after its time, ",
                              trace::Microseconds(due), "; granted are ",
                              trace::Microseconds(timer.granted_ns)),
                 ThreadOf(event.thread).name, now));
      return;
    }
    case EventKind::kThreadCreate: {
      Thread& thread = ThreadOf(event.other);
      thread.name = event.name;
      for (const TimeContract& contract : contracts_) {
        if (contract.thread == event.name) thread.constraint_ns = contract.constraint_ns;
      }
      return;
    }
    case EventKind::kThreadUnblock:
      ThreadOf(event.other).woken_ns = now;
      ThreadOf(event.other).works = true;
      return;
    default:  // it waits again, or has ended
      ThreadDone(&ThreadOf(event.thread), now, &findings_);
      return;
  }
}

void DeadlineChecker::ThreadDone(Thread* thread, uint64_t now,
                                 std::vector<Finding>* findings) const {
  const uint64_t took = now - thread->woken_ns;
  const bool late = thread->works && thread->constraint_ns != 0 && took > thread->constraint_ns;
  thread->works = false;
  if (!late || thread->reported) return;
  thread->reported = true;
  findings->push_back(
      Missed(absl::StrCat(thread->name, " was woken at ", trace::Microseconds(thread->woken_ns),
                          " and waits again ", trace::Microseconds(took),
                          " later; its constraint is ", trace::Microseconds(thread->constraint_ns)),
             thread->name, now));
}

void DeadlineChecker::Finish(RunEnd* end) {
  if (!end->at_full_speed) return;
  // Threads that never came to wait again.
  for (Thread& thread : threads_) ThreadDone(&thread, end->end_ns, &findings_);
  for (Finding& finding : findings_) end->findings.push_back(std::move(finding));
}

}  // namespace drydock::verify
