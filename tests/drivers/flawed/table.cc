// Writes docs/flawed.md: what each flawed driver's defect is, what finds it and how soon.
//
//   ./bazelw run --config=opt //tests/drivers/flawed:table > docs/flawed.md
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "drivers/flawed/rig.h"
#include "explore/campaign.h"
#include "explore/explorer.h"

namespace drydock {
namespace {

constexpr uint64_t kSeeds = 20;
constexpr uint64_t kSchedules = 10'000;

// How many schedules it took with each seed, in order; kSchedules + 1 where they did not do.
std::vector<uint64_t> SchedulesToFirstFailure(const FlawedCase& flawed_case) {
  std::vector<uint64_t> runs;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const CampaignResult result = RunCampaign(
        MakeExplorer("portfolio", seed)->get(),
        [&](Strategy* strategy) { return RunFlawed(flawed_case, /*flawed=*/true, strategy); },
        {.schedules = kSchedules});
    runs.push_back(result.failed > 0 ? result.runs : kSchedules + 1);
  }
  std::sort(runs.begin(), runs.end());
  return runs;
}

// Half-way between the two in the middle, if they differ.
std::string Median(const std::vector<uint64_t>& sorted) {
  const uint64_t twice = sorted[(sorted.size() - 1) / 2] + sorted[sorted.size() / 2];
  return std::to_string(twice / 2) + (twice % 2 == 0 ? "" : ".5");
}

void PrintTable() {
  std::printf(
      "# Flawed drivers\n\n"
      "`drivers/flawed/` has small drivers with one classic concurrency defect each; a flag makes "
      "each its own sound twin.\nHow many schedules the portfolio ([explore.md](explore.md)) needs "
      "to the first failing one, with %d seeds:\n\n"
      "| driver | defect | how it fails | median | most |\n"
      "| --- | --- | --- | ---: | ---: |\n",
      static_cast<int>(kSeeds));
  for (const FlawedCase* flawed_case : FlawedCases()) {
    const std::vector<uint64_t> runs = SchedulesToFirstFailure(*flawed_case);
    const std::string most = runs.back() > kSchedules ? "not found" : std::to_string(runs.back());
    std::printf("| `%s` | %s. | %s | %s | %s |\n", flawed_case->name, flawed_case->defect,
                flawed_case->failure, Median(runs).c_str(), most.c_str());
  }
  std::printf(
      "\nWhat the findings mean: [diagnostics.md](diagnostics.md).\nWritten by `./bazelw run "
      "--config=opt "
      "//tests/drivers/flawed:table > docs/flawed.md`.\n");
}

}  // namespace
}  // namespace drydock

int main() { drydock::PrintTable(); }
