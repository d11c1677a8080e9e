#include "verify/wait_history.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/evidence.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/thread.h"
#include "trace/microseconds.h"

namespace drydock {
namespace {

// Whom a wakeup woke.
std::string Woken(int woken) {
  return woken == 0 ? "nobody" : woken == 1 ? "one thread" : absl::StrCat(woken, " threads");
}

}  // namespace

void WaitHistory::Waits(const void* event) {
  Sleep& sleep = sleeps_[kernel::ThreadIdOf(kernel::CurrentThread())];
  sleep.event = event;
  sleep.since_ns = kernel::Now();
  const auto last = last_wakeups_.find(event);
  sleep.before = last != last_wakeups_.end() ? last->second : Wakeup();
}

void WaitHistory::Wakes(const void* event, bool, int woken) {
  const kernel::Thread* self = kernel::CurrentThread();
  Wakeup& wakeup = last_wakeups_[event];
  wakeup.name = kernel::InInterruptContext() ? "an interrupt handler"
                : self == nullptr            ? "the world outside"
                                             : kernel::ThreadName(self);
  wakeup.thread = kernel::InInterruptContext() ? 0 : kernel::ThreadIdOf(self);
  wakeup.time_ns = kernel::Now();
  wakeup.stack = kernel::CallStackHere();
  wakeup.woken = woken;
  wakeup.number = ++wakeups_;
}

kernel::Evidence WaitHistory::Describe(const Sleep& sleep) const {
  const std::string since =
      absl::StrCat("it has slept since ", trace::Microseconds(sleep.since_ns), "; ");
  const auto last = last_wakeups_.find(sleep.event);
  if (last == last_wakeups_.end()) {
    return {absl::StrCat(since, "nobody has ever woken what it sleeps for"), {}};
  }
  const Wakeup& wakeup = last->second;
  const std::string who = absl::StrCat(
      wakeup.name, wakeup.thread != 0 ? absl::StrCat(" (thread ", wakeup.thread, ")") : "");
  const CallStack stack = CallStacks::Get(wakeup.stack);
  if (wakeup.number != sleep.before.number) {
    return {absl::StrCat(since, trace::Microseconds(wakeup.time_ns - sleep.since_ns), " later ",
                         who, " woke one thread that slept for the same, and it was another"),
            stack};
  }
  return {absl::StrCat(since, trace::Microseconds(sleep.since_ns - wakeup.time_ns), " before that ",
                       who, " woke what it sleeps for, which woke ", Woken(wakeup.woken),
                       "; nobody has since, and a wakeup is not remembered"),
          stack};
}

void WaitHistory::Explain(Outcome* outcome) const {
  for (BlockedThread& thread : outcome->blocked) {
    const auto sleep = sleeps_.find(thread.id);
    if (sleep == sleeps_.end() || sleep->second.event != thread.sleeps_for) continue;
    thread.evidence.insert(thread.evidence.begin(), Describe(sleep->second));
  }
}

}  // namespace drydock
