// cli/one_run.h
//
// A run of a scenario as several commands make it: the file read, a strategy chosen. And what makes
// many of them a campaign.
#ifndef DRYDOCK_CLI_ONE_RUN_H_
#define DRYDOCK_CLI_ONE_RUN_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/types/optional.h"
#include "cli/console.h"
#include "explore/campaign.h"
#include "scenario/runner.h"
#include "scenario/scenario.h"
#include "scheduler/kernel/memory.h"
#include "scheduler/strategy.h"
#include "verify/watch.h"

namespace drydock::cli {

// The scenario in `file`, relative to the user's working directory. Null after saying on `err` what
// is wrong with it.
std::unique_ptr<Scenario> LoadScenario(const std::string& file, Console* console);

// Makes the scenario's schedules have choice points at these accesses (--accesses).
void ChooseAccesses(kernel::AccessChoices accesses, Scenario* scenario);

struct ChosenStrategy {
  std::unique_ptr<Strategy> strategy;
  std::string text;  // "timed schedule", "random walk, seed 7"
};

// The timed schedule, or with a seed the random walk of that seed.
ChosenStrategy ChooseStrategy(absl::optional<uint64_t> seed);

// Runs the scenario, which it refers to, for a campaign. A run's failure is the same text whenever
// the same expectations failed and the same rules were broken.
RunProgram ProgramOf(const Scenario& scenario, verify::RunKind kind);

// "2 CPUs, timed schedule".
std::string MachineAndStrategy(const Scenario& scenario, const std::string& strategy);

}  // namespace drydock::cli

#endif  // DRYDOCK_CLI_ONE_RUN_H_
