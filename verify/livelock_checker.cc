// Progress, and repetitions without any.
#include "verify/livelock_checker.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "trace/event_values.h"

namespace drydock::verify {

using trace::Context;
using trace::Event;
using trace::EventKind;

trace::EventKinds LivelockChecker::Kinds() const {
  return {
      // Repetitions, and the threads and thread calls that have them.
      EventKind::kThreadBlock,
      EventKind::kThreadUnblock,
      EventKind::kLockAcquire,
      EventKind::kThreadCallEnter,
      EventKind::kThreadCallBegin,
      EventKind::kThreadCallCancel,
      // What is still to come from outside.
      EventKind::kOutsidePlan,
      EventKind::kOutsideDone,
      // Progress.
      EventKind::kThreadCreate,
      EventKind::kThreadExit,
      EventKind::kInterruptRaise,
      EventKind::kServiceInit,
      EventKind::kServiceAttach,
      EventKind::kServiceDetach,
      EventKind::kServiceProbe,
      EventKind::kServiceStart,
      EventKind::kServiceStarted,
      EventKind::kServiceRegister,
      EventKind::kServiceMatched,
      EventKind::kServiceOpen,
      EventKind::kServiceClose,
      EventKind::kTerminatePhase1,
      EventKind::kTerminateWill,
      EventKind::kTerminateDid,
      EventKind::kTerminateFinalize,
      EventKind::kTerminateStop,
      EventKind::kTerminateDone,
      EventKind::kIoComplete,
      EventKind::kPlug,
      EventKind::kUnplug,
      EventKind::kClientCall,
      EventKind::kClientReturn,
  };
}

LivelockChecker::Thread& LivelockChecker::ThreadOf(trace::ThreadId thread) {
  if (thread >= threads_.size()) threads_.resize(thread + 1);
  return threads_[thread];
}

bool LivelockChecker::Count(Repetitions* repetitions) const {
  if (repetitions->progress != progress_) *repetitions = {progress_, 0};
  return ++repetitions->number % kRepetitions == 0 && !found_;
}

void LivelockChecker::ThreadRepeats(const Event& event) {
  Thread& thread = ThreadOf(event.thread);
  if (!Count(&thread.repetitions)) return;
  thread.stack = trace::StackOf(event);
  Look(event);
}

uint64_t LivelockChecker::OutsideUntil() const {
  uint64_t until = 0;
  for (const auto& [number, when_ns] : outside_plans_) until = std::max(until, when_ns);
  return until;
}

void LivelockChecker::OnEvent(const Event& event) {
  switch (event.kind) {
    case EventKind::kLockAcquire:
      if (event.context == Context::kThread) ThreadRepeats(event);
      return;
    case EventKind::kThreadBlock:
      ThreadOf(event.thread).goes_on = event.value != 0;
      // (Here its stack can be seen, and not where its time is up.)
      if (event.value != 0) ThreadRepeats(event);
      return;
    case EventKind::kThreadUnblock:
      ThreadOf(event.other).goes_on = true;
      return;
    case EventKind::kThreadCallEnter:
      calls_[event.object].is_to_begin = true;
      return;
    case EventKind::kThreadCallCancel:
      calls_[event.object].is_to_begin = false;
      return;
    case EventKind::kThreadCallBegin: {
      Call& call = calls_[event.object];
      call.is_to_begin = false;
      if (Count(&call.repetitions)) Look(event);
      return;
    }
    case EventKind::kOutsidePlan:
      outside_plans_[event.other] = event.value;
      return;
    case EventKind::kOutsideDone:
      outside_plans_.erase(event.other);
      return;
    case EventKind::kIoComplete:
      if (event.value == 0) return;
      break;
    case EventKind::kThreadCreate:
      ThreadOf(event.other) = {.name = event.name, .goes_on = true, .repetitions = {}};
      break;
    case EventKind::kThreadExit:
      ThreadOf(event.other).goes_on = false;
      break;
    default:
      break;
  }
  ++progress_;
  progressed_ns_ = event.time_ns;
}

void LivelockChecker::Look(const Event& event) {
  const auto could_do_more = [this](const auto& actor, bool acts) {
    return acts && !IsEnough(actor.repetitions);
  };
  if (std::any_of(threads_.begin(), threads_.end(),
                  [&](const Thread& t) { return could_do_more(t, t.goes_on); }) ||
      std::any_of(calls_.begin(), calls_.end(),
                  [&](const auto& c) { return could_do_more(c.second, c.second.is_to_begin); })) {
    return;
  }
  if (awaited_ != progress_) {
    outside_until_ = OutsideUntil();
    if (outside_until_ == trace::kAtChoicePoint) return;
    awaited_ = progress_;
  }
  if (event.time_ns <= outside_until_) return;
  found_ = true;
  std::string threads;
  std::vector<Evidence> evidence;
  for (trace::ThreadId id = 1; id < threads_.size(); ++id) {
    const Thread& thread = threads_[id];
    if (!IsEnough(thread.repetitions)) continue;
    const std::string name = absl::StrCat(thread.name, " (thread ", id, ")");
    absl::StrAppend(&threads, threads.empty() ? "" : ", ", name);
    evidence.push_back(
        {absl::StrCat(name, " comes here again and again"), CallStacks::Get(thread.stack)});
  }
  const std::string sentence =
      absl::StrCat("nothing has come of anything since ", progressed_ns_ / 1000, " us, though ",
                   threads.empty() ? "thread calls" : threads, " went on, each more than ",
                   kRepetitions, " times: what they wait for will never be done");
  Report(event, {.name = "livelock",
                 .sentence = sentence,
                 .evidence = std::move(evidence),
                 .ends_run = "a livelock: threads go on and on, and nothing comes of it"});
}

}  // namespace drydock::verify
