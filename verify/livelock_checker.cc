#include "verify/livelock_checker.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/evidence.h"
#include "scheduler/kernel/outside.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/wait.h"

namespace drydock {

using trace::Context;
using trace::Event;
using trace::EventKind;

trace::EventKinds LivelockChecker::Kinds() {
  return {
      // Turns, and who has them.
      EventKind::kThreadBlock,
      EventKind::kThreadUnblock,
      EventKind::kLockAcquire,
      EventKind::kThreadCallEnter,
      EventKind::kThreadCallBegin,
      EventKind::kThreadCallCancel,
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

bool LivelockChecker::Count(Turns* turns) const {
  if (turns->progress != progress_) *turns = {progress_, 0};
  return ++turns->number % kTurns == 0 && !found_;
}

void LivelockChecker::ThreadTurn(const Event& event) {
  Thread& thread = ThreadOf(event.thread);
  if (!Count(&thread.turns)) return;
  thread.stack = kernel::CallStackHere();
  Look(event.time_ns);
}

void LivelockChecker::OnEvent(const Event& event) {
  switch (event.kind) {
    case EventKind::kLockAcquire:
      if (event.context == Context::kThread) ThreadTurn(event);
      return;
    case EventKind::kThreadBlock:
      ThreadOf(event.thread).goes_on = event.value != 0;
      // (Here its stack can be seen, and not where its time is up.)
      if (event.value != 0) ThreadTurn(event);
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
      if (Count(&call.turns)) Look(event.time_ns);
      return;
    }
    case EventKind::kIoComplete:
      if (event.value == 0) return;
      break;
    case EventKind::kThreadCreate:
      ThreadOf(event.other) = {.name = event.name, .goes_on = true, .turns = {}};
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

void LivelockChecker::Look(kernel::Time now) {
  const auto could_do_more = [this](const auto& actor, bool acts) {
    return acts && !IsEnough(actor.turns);
  };
  if (std::any_of(threads_.begin(), threads_.end(),
                  [&](const Thread& t) { return could_do_more(t, t.goes_on); }) ||
      std::any_of(calls_.begin(), calls_.end(),
                  [&](const auto& c) { return could_do_more(c.second, c.second.is_to_begin); })) {
    return;
  }
  if (awaited_ != progress_) {
    outside_until_ = kernel::OutsideUntil();
    if (outside_until_ == kernel::kNever) return;
    awaited_ = progress_;
  }
  if (now <= outside_until_) return;
  found_ = true;
  std::string who;
  std::vector<kernel::Evidence> evidence;
  for (trace::ThreadId id = 1; id < threads_.size(); ++id) {
    const Thread& thread = threads_[id];
    if (!IsEnough(thread.turns)) continue;
    const std::string name = absl::StrCat(thread.name, " (thread ", id, ")");
    absl::StrAppend(&who, who.empty() ? "" : ", ", name);
    evidence.push_back(
        {absl::StrCat(name, " comes here again and again"), CallStacks::Get(thread.stack)});
  }
  const std::string sentence =
      absl::StrCat("nothing has come of anything since ", progressed_ns_ / 1000, " us, though ",
                   who.empty() ? "thread calls" : who, " went on, each more than ", kTurns,
                   " times: nobody will ever do what is waited for");
  kernel::MisuseWithEvidence("livelock", sentence, std::move(evidence));
  kernel::GiveUp("a livelock: threads go on and on, and nothing comes of it");
}

}  // namespace drydock
