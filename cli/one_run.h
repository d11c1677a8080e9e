// cli/one_run.h
//
// A run of a scenario as several commands make it: the file read, a strategy chosen. And what makes
// many of them a campaign.
#ifndef DRYDOCK_CLI_ONE_RUN_H_
#define DRYDOCK_CLI_ONE_RUN_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "cli/console.h"
#include "explore/campaign.h"
#include "scenario/runner.h"
#include "scenario/scenario.h"
#include "scheduler/strategy.h"

namespace drydock::cli {

// The scenario in `file`, relative to where the user stands. Null after saying on `err` what is
// wrong with it.
std::unique_ptr<Scenario> LoadScenario(const std::string& file, Console* console);

// Makes schedules of the scenario ones with choice points at accesses (--accesses, "shared" if not
// given), and has data races found. InvalidArgument with one line if the word is none.
absl::Status ChooseAccesses(const absl::optional<std::string>& word, Scenario* scenario);

struct ChosenStrategy {
  std::unique_ptr<Strategy> strategy;
  std::string text;  // "at full speed", "random walk, seed 7"
};

// Full speed, or with a seed the random walk of that seed. InvalidArgument with one line if it is
// no seed.
absl::StatusOr<ChosenStrategy> ChooseStrategy(const absl::optional<std::string>& seed_text);

// Runs the scenario, which it refers to, for a campaign. A run's failure is the same text whenever
// the same expectations failed and the same rules were broken.
RunProgram ProgramOf(const Scenario& scenario, Checking checking = Checking::kThorough);

// "2 CPUs, at full speed".
std::string MachineAndStrategy(const Scenario& scenario, const std::string& strategy);

}  // namespace drydock::cli

#endif  // DRYDOCK_CLI_ONE_RUN_H_
