// drydock ioreg: the registry of a scenario's machine at a moment of a run.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/command.h"
#include "cli/one_run.h"
#include "cli/options.h"
#include "cli/report.h"
#include "drivers/service/registry.h"
#include "drivers/service/registry_tree.h"
#include "scenario/duration.h"
#include "scenario/runner.h"

namespace drydock::cli {
namespace {

class Ioreg final : public Command {
 public:
  explicit Ioreg(CLI::App* program)
      : Command(program, "ioreg", "prints the registry of a scenario's machine, the way ioreg does",
                "Runs the scenario in FILE and prints the registry as a tree: each entry's name, "
                "location, class, id, state, busy and retain count.",
                kJudgingExitCodes) {
    AddScenarioFile(app(), &file_);
    AddMoment(app(),
              "as it is at that time of the run, such as 250us; without, when all has come to rest "
              "and before the machine shuts down",
              &at_);
    AddFlag(app(), "-l", "with the properties of all entries", &options_.properties);
    CLI::Option* of_class =
        app()
            ->add_option("-c", options_.class_name,
                         "with the properties of the entries of that class or one derived from it")
            ->type_name("CLASS");
    AddFlag(app(), "-r", "only the subtrees below entries of CLASS", &options_.subtrees_only)
        ->needs(of_class);
    AddNumber(app(), "-w", "cuts lines at that column; 0: nowhere", 0, &options_.columns)
        ->type_name("COLUMNS");
    app()
        ->add_option("-p", options_.plane, "the plane to print")
        ->type_name("PLANE")
        ->default_str(options_.plane);
    AddSeed(app(), &seed_);
  }

  int Run(Console* console) override {
    Look look;
    if (at_.has_value()) look.at_ns = at_->time;
    const std::unique_ptr<Scenario> scenario = LoadScenario(file_, console);
    if (scenario == nullptr) return kBadInput;
    const ChosenStrategy chosen = ChooseStrategy(seed_);

    std::string tree;
    std::vector<std::string> planes;
    look.look = [&] {
      tree = RegistryTree(options_);
      planes = RegistryPlanes();
    };
    const ScenarioResult result = RunScenario(*scenario, chosen.strategy.get(), look);
    if (!result.looked) {
      WriteFailures(result, console);
      if (!result.outcome.ok()) return kFailed;
      return BadInput(
          absl::StrFormat("--at \"%s\" is after the scenario's end, at %d.%03dus", at_->text,
                          result.outcome.end_ns / 1000, result.outcome.end_ns % 1000),
          console);
    }
    if (std::find(planes.begin(), planes.end(), options_.plane) == planes.end()) {
      return BadInput(absl::StrCat("unknown plane \"", options_.plane, "\"; allowed is ",
                                   absl::StrJoin(planes, ", ")),
                      console);
    }
    console->out << tree;
    WriteFailures(result, console);
    return result.held() ? kHeld : kFailed;
  }

 private:
  std::string file_;
  absl::optional<Moment> at_;
  absl::optional<uint64_t> seed_;
  RegistryTreeOptions options_;
};

}  // namespace

std::unique_ptr<Command> AddIoreg(CLI::App* program) { return std::make_unique<Ioreg>(program); }

}  // namespace drydock::cli
