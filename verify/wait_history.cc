// What is known of a wait that never ended.
#include "verify/wait_history.h"

#include "absl/strings/str_cat.h"
#include "trace/microseconds.h"

namespace drydock::verify {

using trace::Context;
using trace::Event;
using trace::EventKind;

namespace {

template <typename T>
T& At(std::vector<T>* all, size_t index) {
  if (index >= all->size()) all->resize(index + 1);
  return (*all)[index];
}

std::string Woken(uint32_t threads) {
  return threads == 0   ? "no thread"
         : threads == 1 ? "one thread"
                        : absl::StrCat(threads, " threads");
}

}  // namespace

trace::EventKinds WaitHistory::Kinds() const {
  return {EventKind::kThreadCreate, EventKind::kThreadName, EventKind::kWaitFor,
          EventKind::kWakeup};
}

WaitHistory::Wakeup& WaitHistory::LastWakeup(uint64_t event) { return At(&last_wakeups_, event); }

void WaitHistory::OnEvent(const Event& event) {
  switch (event.kind) {
    case EventKind::kThreadCreate:
    case EventKind::kThreadName:
      At(&thread_names_, event.other) = event.name;
      return;
    case EventKind::kWaitFor:
      At(&sleeps_, event.thread) = {event.value, event.time_ns, LastWakeup(event.value).number};
      return;
    default: {  // a wakeup
      Wakeup& wakeup = LastWakeup(event.value);
      wakeup.context = event.context;
      wakeup.thread = event.thread;
      wakeup.thread_name = At(&thread_names_, event.thread);
      wakeup.time_ns = event.time_ns;
      wakeup.stack = trace::StackOf(event);
      wakeup.woken = event.other;
      wakeup.number = ++wakeups_;
      return;
    }
  }
}

Evidence WaitHistory::Describe(const Sleep& sleep) {
  const std::string since =
      absl::StrCat("it has slept since ", trace::Microseconds(sleep.since_ns), "; ");
  const Wakeup& wakeup = LastWakeup(sleep.event);
  if (wakeup.number == 0) {
    return {absl::StrCat(since, "what it sleeps for was never woken"), {}};
  }
  const std::string by = wakeup.context == Context::kInterrupt ? "an interrupt handler"
                         : wakeup.context == Context::kOutside
                             ? "the world outside"
                             : absl::StrCat(wakeup.thread_name, " (thread ", wakeup.thread, ")");
  const CallStack stack = CallStacks::Get(wakeup.stack);
  if (wakeup.number != sleep.wakeup_before) {
    return {absl::StrCat(since, trace::Microseconds(wakeup.time_ns - sleep.since_ns), " later ", by,
                         " woke one thread that slept for the same, and it was another"),
            stack};
  }
  return {absl::StrCat(since, trace::Microseconds(sleep.since_ns - wakeup.time_ns), " before that ",
                       by, " woke what it sleeps for, which woke ", Woken(wakeup.woken),
                       "; it was not woken since, and a wakeup is not remembered"),
          stack};
}

void WaitHistory::Finish(RunEnd* end) {
  for (BlockedThread& thread : end->blocked) {
    if (thread.sleeps_for == 0 || thread.id >= sleeps_.size()) continue;
    const Sleep& sleep = sleeps_[thread.id];
    if (sleep.event != thread.sleeps_for) continue;
    thread.evidence.insert(thread.evidence.begin(), Describe(sleep));
  }
}

}  // namespace drydock::verify
