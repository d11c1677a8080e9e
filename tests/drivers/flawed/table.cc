// Writes docs/flawed.md: what each flawed driver's defect is, what finds it and how soon.
//
//   ./bazelw run --config=opt //tests/drivers/flawed:table > docs/flawed.md
//
// With names of drivers it writes their rows only.
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "explore/campaign.h"
#include "explore/explorer.h"
#include "explore/minimise.h"
#include "tests/drivers/flawed/rig.h"

namespace drydock {
namespace {

constexpr uint64_t kSeeds = 20;
// With which it must be found, and on the way to which each strategy alone is given up.
constexpr uint64_t kSchedules = 10'000;
constexpr uint64_t kSchedulesAlone = 1'000;

constexpr const char* kAlone[] = {"random", "pct", "pos", "urw", "surw", "delay", "preemption"};

struct Searches {
  std::vector<uint64_t> runs;     // to the first that fails, in order; most + 1 where none did
  std::vector<Failure> failures;  // what they found
};

// One search with each seed.
Searches Search(const FlawedCase& flawed_case, const char* strategies, uint64_t most) {
  Searches searches;
  std::vector<uint64_t>& runs = searches.runs;
  uint64_t missed = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    // The rest cannot change the median.
    if (most == kSchedulesAlone && missed > kSeeds / 2) break;
    const CampaignResult result =
        RunCampaign(MakeExplorer(strategies, seed)->get(),
                    FlawedProgram(flawed_case, /*flawed=*/true), {.schedules = most});
    if (result.failed == 0) ++missed;
    for (const Failure& failure : result.failures) searches.failures.push_back(failure);
    runs.push_back(result.failed > 0 ? result.runs : most + 1);
  }
  runs.resize(kSeeds, most + 1);
  std::sort(runs.begin(), runs.end());
  return searches;
}

// How many switches the failures' minimised schedules have, in order.
std::vector<uint64_t> Switches(const FlawedCase& flawed_case,
                               const std::vector<Failure>& failures) {
  std::vector<uint64_t> switches;
  for (const Failure& failure : failures) {
    const Minimised smallest =
        Minimise({failure.failure, failure.schedule}, FlawedProgram(flawed_case, /*flawed=*/true));
    switches.push_back(smallest.switches);
  }
  std::sort(switches.begin(), switches.end());
  return switches;
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

// A list item of at most 120 columns a line.
void PrintItem(const std::string& text) {
  constexpr size_t kColumns = 120;
  std::string line = "*";
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    if (line.size() + 1 + word.size() > kColumns) {
      std::printf("%s\n", line.c_str());
      line = " ";
    }
    absl::StrAppend(&line, " ", word);
  }
  std::printf("%s\n", line.c_str());
}

void PrintDefect(const FlawedCase& flawed_case) {
  PrintItem(absl::StrCat("**", flawed_case.name, "**: ", flawed_case.defect,
                         ". It fails with: ", How(flawed_case), "."));
}

void PrintRow(const FlawedCase& flawed_case) {
  std::printf("| `%s` |", flawed_case.name);
  const Searches searches = Search(flawed_case, "portfolio", kSchedules);
  const uint64_t most = searches.runs.back();
  std::printf(" %s | %s | %s |", Median(searches.runs, kSchedules).c_str(),
              most > kSchedules ? "-" : std::to_string(most).c_str(),
              Median(Switches(flawed_case, searches.failures), ~uint64_t{0}).c_str());
  for (const char* strategy : kAlone) {
    const Searches alone = Search(flawed_case, strategy, kSchedulesAlone);
    std::printf(" %s |", Median(alone.runs, kSchedulesAlone).c_str());
  }
  std::printf("\n");
  std::fflush(stdout);
}

void PrintTable() {
  std::printf(
      "# Flawed drivers\n\n"
      "`drivers/flawed/` has small drivers with one classic concurrency defect each; a flag makes "
      "each its own sound twin.\n\n## The defects\n\n");
  for (const FlawedCase* flawed_case : FlawedCases()) PrintDefect(*flawed_case);
  std::printf(
      "\n## What finds them\n\n"
      "How many schedules it takes to the first that fails, the median of %d seeds: with the "
      "portfolio\n([explore.md](explore.md)), the most that it took, and how many forced switches "
      "are "
      "left when those schedules are\nminimised; and with each strategy alone (`-`: more than "
      "%d).\n\n"
      "| driver | portfolio | most | switches |",
      static_cast<int>(kSeeds), static_cast<int>(kSchedulesAlone));
  for (const char* strategy : kAlone) std::printf(" %s |", strategy);
  std::printf("\n| --- | ---: | ---: | ---: |");
  for (size_t i = 0; i < std::size(kAlone); ++i) std::printf(" ---: |");
  std::printf("\n");
  for (const FlawedCase* flawed_case : FlawedCases()) PrintRow(*flawed_case);
  std::printf(
      "\nWhat the findings mean: [diagnostics.md](diagnostics.md). What is found as a data race "
      "needs hooks:\n[races.md](races.md). Written by `./bazelw run --config=opt "
      "//tests/drivers/flawed:table > docs/flawed.md`.\n");
}

}  // namespace
}  // namespace drydock

int main(int count, char** arguments) {
  if (count == 1) drydock::PrintTable();
  for (int i = 1; i < count; ++i) {
    for (const drydock::FlawedCase* flawed_case : drydock::FlawedCases()) {
      if (flawed_case->name == std::string(arguments[i])) drydock::PrintRow(*flawed_case);
    }
  }
}
