// explore/accesses.h
//
// Which accesses to memory are choice points (kernel::AccessChoices), as commands and flags name it
// and as schedules carry it: their fingerprint differs for each, since a schedule with choice
// points at accesses does not fit a run without.
#ifndef DRYDOCK_EXPLORE_ACCESSES_H_
#define DRYDOCK_EXPLORE_ACCESSES_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scheduler/kernel/memory.h"

namespace drydock {

// none, shared, all, or sampled:N: one in N of shared. InvalidArgument with one line for another
// word.
absl::StatusOr<kernel::AccessChoices> ParseAccesses(absl::string_view word);

// Those of a program without hooked code are none, whatever is asked for.
kernel::AccessChoices PossibleAccesses(kernel::AccessChoices asked);

// What names `program` when it is run with these choice points; itself for none.
uint64_t FingerprintWith(uint64_t program, kernel::AccessChoices accesses);

// With which choice points `program` goes by that fingerprint. NotFound if with none.
absl::StatusOr<kernel::AccessChoices> AccessesOf(uint64_t fingerprint, uint64_t program);

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_ACCESSES_H_
