#include "explore/accesses.h"

#include "gtest/gtest.h"

namespace drydock {
namespace {

using kernel::AccessChoices;

TEST(Accesses, AScheduleTellsWithWhichItWasMade) {
  constexpr uint64_t kProgram = 0x123456789abcdef0u;
  EXPECT_EQ(FingerprintWith(kProgram, AccessChoices::kNone), kProgram);
  for (const char* word : {"none", "shared", "all"}) {
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
  const absl::StatusOr<AccessChoices> accesses = ParseAccesses("some");
  ASSERT_FALSE(accesses.ok());
  EXPECT_EQ(accesses.status().message(), "it is none, shared or all, not \"some\"");
}

}  // namespace
}  // namespace drydock
