// drydock replay: repeats a run of a scenario.
#include "explore/replay.h"

#include "absl/strings/str_format.h"
#include "cli/command.h"
#include "cli/one_run.h"
#include "cli/options.h"
#include "cli/report.h"
#include "explore/accesses.h"
#include "scenario/runner.h"
#include "trace/recorder.h"

namespace drydock::cli {
namespace {

class ReplayCommand final : public Command {
 public:
  explicit ReplayCommand(CLI::App* program)
      : Command(program, "replay", "repeats a run of a scenario, from the schedule it printed",
                "Runs the scenario in FILE with the answers of a recorded schedule "
                "(docs/schedule.md): the same run, event for event. A schedule that does not fit "
                "is refused.",
                kJudgingExitCodes) {
    AddScenarioFile(app(), &file_);
    app()
        ->add_option("--schedule", schedule_, "what a failed run printed, dd1-…")
        ->type_name("SCHEDULE")
        ->required();
    AddFormat(app(), &json_);
  }

  int Run(Console* console) override {
    const absl::StatusOr<Schedule> schedule = Schedule::Parse(schedule_);
    if (!schedule.ok()) return BadInput(schedule.status().message(), console);

    const std::unique_ptr<Scenario> scenario = LoadScenario(file_, console);
    if (scenario == nullptr) return kBadInput;
    const absl::StatusOr<kernel::AccessChoices> accesses =
        AccessesOf(schedule->fingerprint(), scenario->fingerprint);
    if (!accesses.ok()) {
      return BadInput(
          absl::StrFormat("the schedule is of scenario %016x, but %s is %016x; it replays "
                          "the scenario it was recorded with",
                          schedule->fingerprint(), file_, scenario->fingerprint),
          console);
    }
    scenario->accesses = *accesses;
    scenario->fingerprint = schedule->fingerprint();
    Replay strategy(*schedule);
    trace::Recorder recorder;
    ScenarioResult result;
    {
      trace::ScopedObserver watching(&recorder);
      result = RunScenario(*scenario, &strategy, {}, verify::RunKind::kExploration);
    }
    if (result.outcome.kind == Outcome::Kind::kRefused)
      return BadInput(result.outcome.text, console);
    const Report report = {*scenario, "replay", recorder.events(), result};
    return WriteReport(report, json_, console);
  }

 private:
  std::string file_;
  std::string schedule_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> AddReplay(CLI::App* program) {
  return std::make_unique<ReplayCommand>(program);
}

}  // namespace drydock::cli
