#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/one_run.h"
#include "cli/report.h"
#include "drivers/service/registry.h"
#include "drivers/service/registry_tree.h"
#include "scenario/duration.h"
#include "scenario/runner.h"

namespace drydock::cli {
namespace {

int RunIoreg(absl::Span<const std::string> arguments, Console* console) {
  absl::optional<std::string> at_text, seed_text, class_name, columns, plane;
  std::string file;
  RegistryTreeOptions options;
  absl::Status status = Arguments::Parse(arguments,
                                         {{"l", nullptr, &options.properties},
                                          {"r", nullptr, &options.subtrees_only},
                                          {"c", &class_name},
                                          {"w", &columns},
                                          {"p", &plane},
                                          {"at", &at_text},
                                          {"seed", &seed_text}},
                                         &file);
  if (status.ok()) status = ParseNumber("w", columns, 0, &options.columns);
  if (!status.ok()) return BadInput("ioreg", status.message(), console);
  if (options.subtrees_only && !class_name.has_value()) {
    return BadInput("ioreg", "-r needs to know of which class; say -c CLASS", console);
  }
  options.class_name = class_name.value_or("");
  options.plane = plane.value_or(options.plane);
  Look look;
  if (at_text.has_value()) {
    const absl::StatusOr<kernel::Time> at = ParseDuration(*at_text);
    if (!at.ok()) {
      return BadInput("ioreg", absl::StrCat("--at \"", *at_text, "\" ", at.status().message()),
                      console);
    }
    look.at_ns = *at;
  }
  absl::StatusOr<ChosenStrategy> chosen = ChooseStrategy(seed_text);
  if (!chosen.ok()) return BadInput("ioreg", chosen.status().message(), console);
  const std::unique_ptr<Scenario> scenario = LoadScenario(file, console);
  if (scenario == nullptr) return kBadInput;

  std::string tree;
  std::vector<std::string> planes;
  look.look = [&] {
    tree = RegistryTree(options);
    planes = RegistryPlanes();
  };
  const ScenarioResult result = RunScenario(*scenario, chosen->strategy.get(), look);
  if (!result.looked) {
    WriteFailures(result, console);
    if (!result.outcome.ok()) return kFailed;
    return BadInput(
        "ioreg",
        absl::StrFormat("--at \"%s\" is after the scenario's end, at %d.%03dus", *at_text,
                        result.outcome.end_ns / 1000, result.outcome.end_ns % 1000),
        console);
  }
  if (std::find(planes.begin(), planes.end(), options.plane) == planes.end()) {
    return BadInput("ioreg",
                    absl::StrCat("unknown plane \"", options.plane, "\"; allowed is ",
                                 absl::StrJoin(planes, ", ")),
                    console);
  }
  console->out << tree;
  WriteFailures(result, console);
  return result.held() ? kHeld : kFailed;
}

}  // namespace

const Command kIoreg = {
    "ioreg", "FILE [--at TIME] [-l] [-r] [-c CLASS] [-w COLUMNS] [-p PLANE] [--seed N]",
    "prints the registry of a scenario's machine, the way ioreg does",
    "Runs the scenario in FILE and prints the registry as a tree: each entry's name, location, "
    "class,\n"
    "id, state, busy and retain count.\n"
    "\n"
    "  --at TIME   as it is at that time of the run, such as 250us; without, when all has come to\n"
    "              rest and before the machine shuts down\n"
    "  -l          with the properties of all entries\n"
    "  -c CLASS    with the properties of the entries of that class or one derived from it\n"
    "  -r          only the subtrees below entries of CLASS\n"
    "  -w COLUMNS  cuts lines there; 0, as without: nowhere\n"
    "  -p PLANE    another plane than IOService\n"
    "  --seed N    under a random walk instead of at full speed\n"
    "\n"
    "Exit code: 0 if everything the scenario expects held, 1 if something failed, 2 if the input "
    "is\n"
    "bad.\n",
    &RunIoreg};

}  // namespace drydock::cli
