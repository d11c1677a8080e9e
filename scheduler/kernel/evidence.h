// scheduler/kernel/evidence.h
//
// Findings with evidence: with the stacks of what led to them.
#ifndef DRYDOCK_SCHEDULER_KERNEL_EVIDENCE_H_
#define DRYDOCK_SCHEDULER_KERNEL_EVIDENCE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "scheduler/run_end.h"

namespace drydock::kernel {

using drydock::Evidence;
using drydock::Finding;

// Where the calling code stands, or the code whose event is being shown to observers. 0 where no
// code of the run is running.
CallStackId CallStackHere();

// kernel::Misuse, with what led to it, the earliest first.
void MisuseWithEvidence(const char* finding, absl::string_view sentence,
                        std::vector<Evidence> evidence);

// Puts a checker's finding on record: made where the calling code stands, now. One that ends the
// run does so as soon as the caller is out of the way.
void ReportFinding(Finding finding);

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_EVIDENCE_H_
