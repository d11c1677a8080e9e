// scheduler/misuse.h
//
// Misuse and the log read the same on every kernel; these are the two things each kernel has to
// answer for itself.
#ifndef DRYDOCK_SCHEDULER_MISUSE_H_
#define DRYDOCK_SCHEDULER_MISUSE_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "scheduler/kernel/evidence.h"

namespace drydock::kernel::internal {

// Puts a finding on record, if a run is in progress, as made by the caller.
void AddFinding(const char* name, absl::string_view sentence, std::vector<Evidence> evidence);

// The interrupt line whose handler the caller is in; -1 if it is in none.
int InterruptLineHere();

}  // namespace drydock::kernel::internal

#endif  // DRYDOCK_SCHEDULER_MISUSE_H_
