// Names of access choices, and the fingerprints they give.
#include "explore/accesses.h"

#include "gtest/gtest.h"

namespace drydock {
namespace {

using kernel::AccessChoices;

TEST(Accesses, AScheduleTellsWithWhichItWasMade) {
  constexpr uint64_t kProgram = 0x123456789abcdef0u;
  EXPECT_EQ(FingerprintWith(kProgram, AccessChoices::kNone), kProgram);
  for (const char* word : {"none", "shared", "all", "sampled:2", "sampled:1000"}) {
    const absl::StatusOr<AccessChoices> accesses = ParseAccesses(word);
    ASSERT_TRUE(accesses.ok()) << word;
    const absl::StatusOr<AccessChoices> told =
        AccessesOf(FingerprintWith(kProgram, *accesses), kProgram);
    ASSERT_TRUE(told.ok()) << word;
    EXPECT_EQ(*told, *accesses);
  }
  EXPECT_FALSE(AccessesOf(kProgram + 1, kProgram).ok());
}

TEST(Accesses, AnotherWordIsRefusedInOneLine) {
  for (const std::string word : {"some", "sampled:1", "sampled:1001", "sampled:", "sampled"}) {
    const absl::StatusOr<AccessChoices> accesses = ParseAccesses(word);
    ASSERT_FALSE(accesses.ok());
    EXPECT_EQ(accesses.status().message(),
              "it is none, shared, all, or sampled:N with N from 2 to 1000, not \"" + word + "\"");
  }
}

}  // namespace
}  // namespace drydock
