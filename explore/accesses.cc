// Names and fingerprints of access choices.
#include "explore/accesses.h"

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "trace/digest.h"

namespace drydock {

using kernel::AccessChoices;

namespace {

struct Named {
  AccessChoices accesses;
  const char* word;
};
constexpr Named kWords[] = {
    {AccessChoices::kNone, "none"},
    {AccessChoices::kShared, "shared"},
    {AccessChoices::kAll, "all"},
};
// The largest N of sampled:N.
constexpr uint16_t kMostSampled = 1000;
constexpr absl::string_view kSampled = "sampled:";

std::string WordFor(AccessChoices accesses) {
  if (accesses.one_in > 1) return absl::StrCat(kSampled, accesses.one_in);
  return kWords[accesses.which].word;
}

}  // namespace

absl::StatusOr<AccessChoices> ParseAccesses(absl::string_view word) {
  for (const Named& named : kWords) {
    if (word == named.word) return named.accesses;
  }
  int one_in;
  if (absl::string_view number = word; absl::ConsumePrefix(&number, kSampled) &&
                                       absl::SimpleAtoi(number, &one_in) && one_in >= 2 &&
                                       one_in <= kMostSampled) {
    return AccessChoices(AccessChoices::kShared, static_cast<uint16_t>(one_in));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("it is none, shared, all, or sampled:N with N from 2 to ", kMostSampled,
                   ", not \"", word, "\""));
}

AccessChoices PossibleAccesses(AccessChoices asked) {
  return kernel::HasHookedCode() ? asked : AccessChoices::kNone;
}

uint64_t FingerprintWith(uint64_t program, AccessChoices accesses) {
  if (accesses.which == AccessChoices::kNone) return program;
  return trace::Fnv1a(WordFor(accesses), program);
}

absl::StatusOr<AccessChoices> AccessesOf(uint64_t fingerprint, uint64_t program) {
  for (const Named& named : kWords) {
    if (fingerprint == FingerprintWith(program, named.accesses)) return named.accesses;
  }
  for (uint16_t one_in = 2; one_in <= kMostSampled; ++one_in) {
    const AccessChoices sampled(AccessChoices::kShared, one_in);
    if (fingerprint == FingerprintWith(program, sampled)) return sampled;
  }
  return absl::NotFoundError("");
}

}  // namespace drydock
