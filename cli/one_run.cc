// A run of a scenario as several commands make it.
#include "cli/one_run.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/options.h"
#include "explore/accesses.h"
#include "explore/random_walk.h"
#include "scenario/reader.h"

namespace drydock::cli {

std::unique_ptr<Scenario> LoadScenario(const std::string& file, Console* console) {
  absl::StatusOr<Scenario> scenario = ReadScenario(ResolvePath(file), file, LinkedDrivers());
  if (!scenario.ok()) {
    console->err << scenario.status().message() << "\n";
    return nullptr;
  }
  return std::make_unique<Scenario>(*std::move(scenario));
}

void ChooseAccesses(kernel::AccessChoices accesses, Scenario* scenario) {
  scenario->accesses = PossibleAccesses(accesses);
  scenario->fingerprint = FingerprintWith(scenario->fingerprint, scenario->accesses);
}

ChosenStrategy ChooseStrategy(absl::optional<uint64_t> seed) {
  if (!seed.has_value()) return {std::make_unique<TimedStrategy>(), "timed schedule"};
  return {std::make_unique<RandomWalk>(*seed), absl::StrCat("random walk, seed ", *seed)};
}

RunProgram ProgramOf(const Scenario& scenario, verify::RunKind kind) {
  return [&scenario, kind](Strategy* strategy) {
    ScenarioResult result = RunScenario(scenario, strategy, {}, kind);
    std::vector<std::string> failed;
    for (const Verdict& verdict : result.verdicts) {
      if (verdict.kind == Verdict::Kind::kFailed) failed.push_back(verdict.text);
    }
    return RunResult{absl::StrJoin(failed, "; "), std::move(result.outcome.schedule)};
  };
}

std::string MachineAndStrategy(const Scenario& scenario, const std::string& strategy) {
  return absl::StrCat(scenario.cpus, scenario.cpus == 1 ? " CPU, " : " CPUs, ", strategy);
}

}  // namespace drydock::cli
