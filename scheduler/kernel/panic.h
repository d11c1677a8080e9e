// scheduler/kernel/panic.h
//
// What the kernel does when it cannot go on, and what it does when a driver does what it must not.
#ifndef DRYDOCK_SCHEDULER_KERNEL_PANIC_H_
#define DRYDOCK_SCHEDULER_KERNEL_PANIC_H_

#include "absl/strings/string_view.h"

namespace drydock::kernel {

// Ends the run with a panic: what would stop a Mac. The run's outcome carries the text; the process
// goes on. With no run in progress the process aborts. Any context; does not return.
[[noreturn]] void Panic(absl::string_view text);

// Records that the caller broke a rule of the API where a Mac would go on (or hang, or fault
// later): a finding named `finding` (kebab-case, outlives the run) explained by `sentence`. The run
// goes on.
void Misuse(const char* finding, absl::string_view sentence);

// IOLog: a line in the event stream.
void Log(absl::string_view text);

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_PANIC_H_
