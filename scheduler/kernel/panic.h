// scheduler/kernel/panic.h
//
// What the kernel does when it cannot go on, and what it does when a driver does what it must not.
#ifndef DRYDOCK_SCHEDULER_KERNEL_PANIC_H_
#define DRYDOCK_SCHEDULER_KERNEL_PANIC_H_

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "scheduler/kernel/trace.h"
#include "trace/names.h"

namespace drydock::kernel {

namespace internal {
// `text` outlives the run.
[[noreturn]] void PanicWith(const char* text);
}  // namespace internal

// Ends the run with a panic: what would stop a Mac. The run's outcome carries the text, put
// together from `pieces` as by absl::StrCat; the process goes on. With no run in progress the
// process aborts. Any context; does not return, and unwinds nothing: hand over pieces, not a string
// that would be left behind.
template <typename... Pieces>
[[noreturn]] void Panic(const Pieces&... pieces) {
  const char* text = trace::Intern(absl::StrCat(pieces...));
  internal::PanicWith(text);
}

// Records that the caller broke a rule of the API where a Mac would go on (or hang, or fault
// later): a finding named `finding` (kebab-case, outlives the run) explained by `sentence`. The run
// goes on. `object` and `other` tell checkers which objects it is about.
void Misuse(const char* finding, absl::string_view sentence, ObjectId object = 0,
            ObjectId other = 0);

// For what must not be done in primary-interrupt context because it waits: a finding named
// "wait-in-interrupt-context", and then a panic. Does nothing elsewhere. `what` and `name` make the
// sentence: "waits for lock", "gate".
void RefuseWaitInInterrupt(const char* what, absl::string_view name);

// Points out what is allowed, and on a Mac has an effect that its author may not have expected: an
// event named `advice` (kebab-case, outlives the run) explained by a sentence, put together from
// `pieces` as by absl::StrCat. It fails no run. docs/diagnostics.md lists them all.
template <typename... Pieces>
void Advise(const char* advice, const Pieces&... pieces) {
  if (!trace::Observed(trace::EventKind::kAdvice)) return;
  Trace(trace::EventKind::kAdvice, 0, 0, 0, advice, trace::Intern(absl::StrCat(pieces...)));
}

// IOLog: a line in the event stream.
void Log(absl::string_view text);

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_PANIC_H_
