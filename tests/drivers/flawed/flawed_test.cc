// Every flawed driver is found, with the failure declared beside it and no other; its sound twin
// earns none.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "explore/campaign.h"
#include "explore/explorer.h"
#include "explore/replay.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/memory.h"
#include "tests/drivers/flawed/rig.h"

namespace drydock {
namespace {

CampaignResult Explore(const FlawedCase& flawed_case, bool flawed, uint64_t seed,
                       const CampaignOptions& options) {
  return RunCampaign(MakeExplorer("portfolio", seed)->get(), FlawedProgram(flawed_case, flawed),
                     options);
}

// Whether each of `functions` is in another of the stacks.
bool EachHasAStack(std::vector<const char*> functions,
                   const std::vector<std::vector<std::string>>& stacks) {
  if (functions.empty()) return true;
  const std::string function = functions.back();
  functions.pop_back();
  for (size_t i = 0; i < stacks.size(); ++i) {
    const bool has = std::any_of(stacks[i].begin(), stacks[i].end(), [&](const std::string& frame) {
      return frame.rfind(function + "(", 0) == 0;
    });
    if (!has) continue;
    std::vector<std::vector<std::string>> others = stacks;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    if (EachHasAStack(functions, others)) return true;
  }
  return false;
}

// The failure shows the stacks it is to show. (Optimised code has inlined some of them.)
void ExpectStacks(const FlawedCase& flawed_case, const Schedule& schedule) {
#ifndef __OPTIMIZE__
  Replay replay(schedule);
  const std::vector<CallStack> stacks = StacksOf(RunFlawed(flawed_case, /*flawed=*/true, &replay));
  std::vector<std::vector<std::string>> functions;
  std::string text;
  for (const CallStack& stack : stacks) {
    functions.push_back(stack.Functions());
    text += DescribeStack(stack, "  ") + "\n";
  }
  EXPECT_TRUE(EachHasAStack(flawed_case.stacks, functions)) << text;
#else
  (void)flawed_case, (void)schedule;
#endif
}

class Flawed : public ::testing::TestWithParam<const FlawedCase*> {
 protected:
  // Whether a run failed as it should: what was found first is what its defect is; the rest
  // followed from it.
  static bool IsIt(const std::string& failure) {
    return failure == GetParam()->or_failure ||
           absl::StartsWith(failure + "; ", std::string(GetParam()->failure) + "; ");
  }

  // Under AddressSanitizer there are no hooks.
  void SetUp() override {
    if (GetParam()->needs_hooks && !kernel::HasHookedCode()) GTEST_SKIP() << "it needs hooks";
  }
};

TEST_P(Flawed, IsFoundByThePortfolio) {
  for (uint64_t seed = 1; seed <= 2; ++seed) {
    const CampaignResult result = Explore(*GetParam(), /*flawed=*/true, seed, {});
    ASSERT_EQ(result.failures.size(), 1u) << "not found with seed " << seed;
    EXPECT_TRUE(IsIt(result.failures[0].failure)) << result.failures[0].failure << " with " << seed;
    ExpectStacks(*GetParam(), result.failures[0].schedule);
  }
}

TEST_P(Flawed, FailsInNoOtherWay) {
  const CampaignResult result =
      Explore(*GetParam(), /*flawed=*/true, 1, {.schedules = 60, .stop_at_first = false});
  for (const Failure& failure : result.failures) {
    EXPECT_TRUE(IsIt(failure.failure)) << failure.failure << ": " << failure.schedule.ToString();
  }
}

TEST_P(Flawed, SoundTwinHolds) {
  const CampaignResult result = Explore(*GetParam(), /*flawed=*/false, 1, {.schedules = 150});
  for (const Failure& failure : result.failures) {
    ADD_FAILURE() << failure.failure << " under " << failure.found_by << ", schedule "
                  << failure.schedule.ToString();
  }
}

std::string TestName(const ::testing::TestParamInfo<const FlawedCase*>& info) {
  std::string name;
  bool capital = true;
  for (const char* letter = info.param->name; *letter != '\0'; ++letter) {
    if (*letter == '-') {
      capital = true;
      continue;
    }
    name += capital ? static_cast<char>(*letter - 'a' + 'A') : *letter;
    capital = false;
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Drivers, Flawed, ::testing::ValuesIn(FlawedCases()), TestName);

}  // namespace
}  // namespace drydock
