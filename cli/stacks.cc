#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/one_run.h"
#include "cli/report.h"
#include "scenario/duration.h"
#include "scenario/event_words.h"
#include "scenario/runner.h"
#include "scheduler/thread_report.h"

namespace drydock::cli {
namespace {

std::string Microseconds(kernel::Time ns) {
  return absl::StrFormat("%d.%03dus", ns / 1000, ns % 1000);
}

void WriteThread(const ThreadReport& thread, std::ostream& out) {
  out << "\n"
      << thread.name << " (" << kEventWords.band(thread.priority) << ", " << thread.priority
      << "), thread " << thread.id << "\n  " << thread.state << "\n";
  if (!thread.actions.empty()) out << "  in " << thread.actions << "\n";
  if (!thread.holds.empty()) out << "  holds " << absl::StrJoin(thread.holds, ", ") << "\n";
  out << DescribeStack(thread.stack, "    ");
}

int RunStacks(absl::Span<const std::string> arguments, Console* console) {
  absl::optional<std::string> at_text, seed_text;
  std::string file;
  const absl::Status status =
      Arguments::Parse(arguments, {{"at", &at_text}, {"seed", &seed_text}}, &file);
  if (!status.ok()) return BadInput("stacks", status.message(), console);
  if (!at_text.has_value()) {
    return BadInput("stacks", "no --at is given; it needs a time of the run, such as 250us",
                    console);
  }
  const absl::StatusOr<kernel::Time> at = ParseDuration(*at_text);
  if (!at.ok()) {
    return BadInput("stacks", absl::StrCat("--at \"", *at_text, "\" ", at.status().message()),
                    console);
  }
  absl::StatusOr<ChosenStrategy> chosen = ChooseStrategy(seed_text);
  if (!chosen.ok()) return BadInput("stacks", chosen.status().message(), console);
  const std::unique_ptr<Scenario> scenario = LoadScenario(file, console);
  if (scenario == nullptr) return kBadInput;

  std::vector<ThreadReport> threads;
  Look look;
  look.at_ns = *at;
  look.from_outside = true;
  look.look = [&] { threads = ReportThreads(); };
  const ScenarioResult result = RunScenario(*scenario, chosen->strategy.get(), look);
  if (!result.looked) {
    WriteFailures(result, console);
    if (!result.outcome.ok()) return kFailed;
    return BadInput("stacks",
                    absl::StrCat("--at \"", *at_text, "\" is after the scenario's end, at ",
                                 Microseconds(result.outcome.end_ns)),
                    console);
  }
  console->out << scenario->file << "\n"
               << MachineAndStrategy(*scenario, chosen->text) << ", after " << Microseconds(*at)
               << ": " << threads.size() << " threads\n";
  for (const ThreadReport& thread : threads) WriteThread(thread, console->out);
  WriteFailures(result, console);
  return result.held() ? kHeld : kFailed;
}

}  // namespace

const Command kStacks = {
    "stacks", "FILE --at TIME [--seed N]", "shows what every thread is doing at a moment",
    "Runs the scenario in FILE and shows all stacks as they are at a time of the run: each "
    "thread's\n"
    "priority, what it does or waits for (a lock and who has it, an event it sleeps on and until\n"
    "when), the actions it is in, the locks and gates it holds, and the functions on its stack,\n"
    "innermost first.\n"
    "\n"
    "  --at TIME   such as 250us\n"
    "  --seed N    under a random walk instead of at full speed\n"
    "\n"
    "Exit code: 0 if everything the scenario expects held, 1 if something failed, 2 if the input "
    "is\n"
    "bad.\n",
    &RunStacks};

}  // namespace drydock::cli
