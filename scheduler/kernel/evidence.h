// scheduler/kernel/evidence.h
//
// Findings whose cause lies in the past: with the stacks of those who brought it about.
#ifndef DRYDOCK_SCHEDULER_KERNEL_EVIDENCE_H_
#define DRYDOCK_SCHEDULER_KERNEL_EVIDENCE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "scheduler/kernel/types.h"
#include "symbols/call_stack.h"

namespace drydock::kernel {

// Who did what earlier.
struct Evidence {
  std::string what;  // "freed on thread main at 1200 ns"
  CallStack stack;
};

// Who calls, when and from where; to be kept in case it becomes evidence. Empty outside of runs.
struct Moment {
  const char* thread = "";  // interned; empty outside of threads
  Time time_ns = 0;
  CallStackId stack = 0;
};
Moment ThisMoment();

// From where; for those who ask often. 0 where no code of the run is running.
CallStackId CallStackHere();

// kernel::Misuse, with what led to it, the earliest first.
void MisuseWithEvidence(const char* finding, absl::string_view sentence,
                        std::vector<Evidence> evidence);

// Ends the run as an endless one (Outcome::Kind::kEndless) as soon as the caller is out of the way:
// for observers, which have found that nothing will come of it any more. `why` outlives the run.
void GiveUp(const char* why);

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_EVIDENCE_H_
