// Every flawed driver is found, with the failure declared beside it and no other; its sound twin
// earns none.
#include <memory>
#include <string>

#include "drivers/flawed/rig.h"
#include "explore/campaign.h"
#include "explore/explorer.h"
#include "gtest/gtest.h"

namespace drydock {
namespace {

CampaignResult Explore(const FlawedCase& flawed_case, bool flawed, uint64_t seed,
                       const CampaignOptions& options) {
  return RunCampaign(
      MakeExplorer("portfolio", seed)->get(),
      [&](Strategy* strategy) { return RunFlawed(flawed_case, flawed, strategy); }, options);
}

class Flawed : public ::testing::TestWithParam<const FlawedCase*> {};

TEST_P(Flawed, IsFoundByThePortfolio) {
  for (uint64_t seed = 1; seed <= 2; ++seed) {
    const CampaignResult result = Explore(*GetParam(), /*flawed=*/true, seed, {});
    ASSERT_EQ(result.failures.size(), 1u) << "not found with seed " << seed;
    EXPECT_EQ(result.failures[0].failure, GetParam()->failure) << "with seed " << seed;
  }
}

TEST_P(Flawed, FailsInNoOtherWay) {
  const CampaignResult result =
      Explore(*GetParam(), /*flawed=*/true, 1, {.schedules = 60, .stop_at_first = false});
  for (const Failure& failure : result.failures) {
    EXPECT_EQ(failure.failure, GetParam()->failure) << failure.schedule.ToString();
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
