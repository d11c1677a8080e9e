// Writes docs/flawed.md: what each flawed driver's defect is, what finds it and how soon.
//
//   ./bazelw run --config=opt //tests/drivers/flawed:table > docs/flawed.md
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <string>
#include <vector>

#include "drivers/flawed/rig.h"
#include "explore/campaign.h"
#include "explore/explorer.h"

namespace drydock {
namespace {

constexpr uint64_t kSeeds = 20;
// With which it must be found, and on the way to which each strategy alone is given up.
constexpr uint64_t kSchedules = 10'000;
constexpr uint64_t kSchedulesAlone = 1'000;

constexpr const char* kAlone[] = {"random", "pct", "pos", "urw", "surw", "delay", "preemption"};

// How many schedules it took with each seed, in order; most + 1 where they did not do.
std::vector<uint64_t> SchedulesToFirstFailure(const FlawedCase& flawed_case, const char* strategies,
                                              uint64_t most) {
  std::vector<uint64_t> runs;
  uint64_t missed = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    // The rest cannot change the median.
    if (most == kSchedulesAlone && missed > kSeeds / 2) break;
    const CampaignResult result = RunCampaign(
        MakeExplorer(strategies, seed)->get(),
        [&](Strategy* strategy) { return RunFlawed(flawed_case, /*flawed=*/true, strategy); },
        {.schedules = most});
    if (result.failed == 0) ++missed;
    runs.push_back(result.failed > 0 ? result.runs : most + 1);
  }
  runs.resize(kSeeds, most + 1);
  std::sort(runs.begin(), runs.end());
  return runs;
}

// Half-way between the two in the middle, if they differ.
std::string Median(const std::vector<uint64_t>& sorted, uint64_t most) {
  const uint64_t low = sorted[(sorted.size() - 1) / 2];
  const uint64_t high = sorted[sorted.size() / 2];
  if (high > most) return "-";
  return std::to_string((low + high) / 2) + ((low + high) % 2 == 0 ? "" : ".5");
}

std::string How(const FlawedCase& flawed_case) {
  const std::string worst = flawed_case.or_failure;
  return flawed_case.failure + (worst.empty() ? "" : ", or " + worst);
}

void PrintRow(const FlawedCase& flawed_case) {
  std::printf("| `%s` | %s. | %s |", flawed_case.name, flawed_case.defect,
              How(flawed_case).c_str());
  const std::vector<uint64_t> runs = SchedulesToFirstFailure(flawed_case, "portfolio", kSchedules);
  const std::string most = runs.back() > kSchedules ? "-" : std::to_string(runs.back());
  std::printf(" %s | %s |", Median(runs, kSchedules).c_str(), most.c_str());
  for (const char* strategy : kAlone) {
    const auto alone = SchedulesToFirstFailure(flawed_case, strategy, kSchedulesAlone);
    std::printf(" %s |", Median(alone, kSchedulesAlone).c_str());
  }
  std::printf("\n");
  std::fflush(stdout);
}

void PrintTable() {
  std::printf(
      "# Flawed drivers\n\n"
      "`drivers/flawed/` has small drivers with one classic concurrency defect each; a flag makes "
      "each its own sound twin.\nHow many schedules it takes to the first that fails, the median "
      "of %d seeds: with the portfolio ([explore.md](explore.md)),\nand the most that it took; "
      "and with each strategy alone (`-`: more than %d).\n\n"
      "| driver | defect | how it fails | portfolio | most |",
      static_cast<int>(kSeeds), static_cast<int>(kSchedulesAlone));
  for (const char* strategy : kAlone) std::printf(" %s |", strategy);
  std::printf("\n| --- | --- | --- | ---: | ---: |");
  for (size_t i = 0; i < std::size(kAlone); ++i) std::printf(" ---: |");
  std::printf("\n");
  for (const FlawedCase* flawed_case : FlawedCases()) PrintRow(*flawed_case);
  std::printf(
      "\nWhat the findings mean: [diagnostics.md](diagnostics.md). What is said to be a data race, "
      "and needs hooks: [races.md](races.md).\nWritten by `./bazelw run --config=opt "
      "//tests/drivers/flawed:table > docs/flawed.md`.\n");
}

}  // namespace
}  // namespace drydock

int main() { drydock::PrintTable(); }
