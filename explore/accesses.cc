#include "explore/accesses.h"

#include "absl/strings/str_cat.h"
#include "trace/digest.h"

namespace drydock {

using kernel::AccessChoices;

namespace {

struct Named {
  AccessChoices accesses;
  const char* word;
};
constexpr Named kAll[] = {
    {AccessChoices::kNone, "none"},
    {AccessChoices::kShared, "shared"},
    {AccessChoices::kAll, "all"},
};

}  // namespace

absl::StatusOr<AccessChoices> ParseAccesses(absl::string_view word) {
  for (const Named& named : kAll) {
    if (word == named.word) return named.accesses;
  }
  return absl::InvalidArgumentError(absl::StrCat("it is none, shared or all, not \"", word, "\""));
}

AccessChoices PossibleAccesses(AccessChoices asked) {
  return kernel::HasHookedCode() ? asked : AccessChoices::kNone;
}

uint64_t FingerprintWith(uint64_t program, AccessChoices accesses) {
  if (accesses == AccessChoices::kNone) return program;
  return trace::Fnv1a(kAll[static_cast<size_t>(accesses)].word, program);
}

absl::StatusOr<AccessChoices> AccessesOf(uint64_t fingerprint, uint64_t program) {
  for (const Named& named : kAll) {
    if (fingerprint == FingerprintWith(program, named.accesses)) return named.accesses;
  }
  return absl::NotFoundError("");
}

}  // namespace drydock
