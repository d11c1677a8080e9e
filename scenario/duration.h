// scenario/duration.h
//
// Reads durations as scenario files write them: "20us".
#ifndef DRYDOCK_SCENARIO_DURATION_H_
#define DRYDOCK_SCENARIO_DURATION_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scheduler/kernel/types.h"

namespace drydock {

// The duration in ns of a number and a unit (ns, us, ms or s), at most 1000s. Otherwise
// InvalidArgument, whose message continues a sentence that begins with the text: "is negative;
// allowed is …".
absl::StatusOr<kernel::Time> ParseDuration(absl::string_view text);

}  // namespace drydock

#endif  // DRYDOCK_SCENARIO_DURATION_H_
