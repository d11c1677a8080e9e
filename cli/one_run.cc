#include "cli/one_run.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/arguments.h"
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

absl::Status ChooseAccesses(const absl::optional<std::string>& word, Scenario* scenario) {
  const absl::StatusOr<kernel::AccessChoices> accesses = ParseAccesses(word.value_or("shared"));
  if (!accesses.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--accesses: ", accesses.status().message()));
  }
  scenario->accesses = PossibleAccesses(*accesses);
  scenario->fingerprint = FingerprintWith(scenario->fingerprint, scenario->accesses);
  if (kernel::HasHookedCode()) scenario->checks.Add(Check::kDataRace);
  return absl::OkStatus();
}

absl::StatusOr<ChosenStrategy> ChooseStrategy(const absl::optional<std::string>& seed_text) {
  if (!seed_text.has_value()) {
    return ChosenStrategy{std::make_unique<TimedStrategy>(), "at full speed"};
  }
  uint64_t seed = 0;
  if (const absl::Status status = ParseNumber("seed", seed_text, 0, &seed); !status.ok()) {
    return status;
  }
  return ChosenStrategy{std::make_unique<RandomWalk>(seed),
                        absl::StrCat("random walk, seed ", seed)};
}

RunProgram ProgramOf(const Scenario& scenario, Checking checking) {
  return [&scenario, checking](Strategy* strategy) {
    ScenarioResult result = RunScenario(scenario, strategy, {}, checking);
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
