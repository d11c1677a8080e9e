// scenario/duration.h
//
// Spans of time as people write them: "20us".
#ifndef DRYDOCK_SCENARIO_DURATION_H_
#define DRYDOCK_SCENARIO_DURATION_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scheduler/kernel/types.h"

namespace drydock {

// A number and a unit: ns, us, ms or s; up to 1000s. InvalidArgument with what is wrong and what is
// allowed, to be put after the text: "is negative; allowed is …".
absl::StatusOr<kernel::Time> ParseDuration(absl::string_view text);

}  // namespace drydock

#endif  // DRYDOCK_SCENARIO_DURATION_H_
