#include "explore/replay.h"

#include "absl/strings/str_format.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/one_run.h"
#include "cli/report.h"
#include "explore/accesses.h"
#include "scenario/runner.h"
#include "trace/recorder.h"

namespace drydock::cli {
namespace {

int RunReplay(absl::Span<const std::string> arguments, Console* console) {
  absl::optional<std::string> schedule_text, format_text;
  std::string file;
  bool json = false;
  absl::Status status =
      Arguments::Parse(arguments, {{"schedule", &schedule_text}, {"format", &format_text}}, &file);
  if (status.ok()) status = ParseFormat(format_text, &json);
  if (!status.ok()) return BadInput("replay", status.message(), console);
  if (!schedule_text.has_value()) {
    return BadInput("replay", "no --schedule is given; it needs what a failed run printed",
                    console);
  }
  const absl::StatusOr<Schedule> schedule = Schedule::Parse(*schedule_text);
  if (!schedule.ok()) return BadInput("replay", schedule.status().message(), console);

  const std::unique_ptr<Scenario> scenario = LoadScenario(file, console);
  if (scenario == nullptr) return kBadInput;
  const absl::StatusOr<kernel::AccessChoices> accesses =
      AccessesOf(schedule->fingerprint(), scenario->fingerprint);
  if (!accesses.ok()) {
    return BadInput(
        "replay",
        absl::StrFormat("the schedule is of scenario %016x, but %s is %016x; it replays "
                        "the scenario it was recorded with",
                        schedule->fingerprint(), file, scenario->fingerprint),
        console);
  }
  scenario->accesses = *accesses;
  scenario->fingerprint = schedule->fingerprint();
  if (kernel::HasHookedCode()) scenario->checks.Add(Check::kDataRace);
  Replay strategy(*schedule);
  trace::Recorder recorder;
  ScenarioResult result;
  {
    trace::ScopedObserver watching(&recorder);
    result = RunScenario(*scenario, &strategy);
  }
  if (result.outcome.kind == Outcome::Kind::kRefused)
    return BadInput("replay", result.outcome.text, console);
  const Report report = {*scenario, "replay", recorder.events(), result};
  return WriteReport(report, json, console);
}

}  // namespace

const Command kReplay = {
    "replay", "FILE --schedule STRING [--format text|json]",
    "repeats a run of a scenario, from the schedule it printed",
    "Runs the scenario in FILE with the answers of a recorded schedule (docs/schedule.md): the\n"
    "same run, event for event. A schedule that does not fit is refused.\n"
    "\n"
    "Exit code: 0 if everything held, 1 if something failed, 2 if the input is bad.\n",
    &RunReplay};

}  // namespace drydock::cli
