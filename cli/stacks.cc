// drydock stacks: what every thread is doing at a moment of a run.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/command.h"
#include "cli/one_run.h"
#include "cli/options.h"
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

class Stacks final : public Command {
 public:
  explicit Stacks(CLI::App* program)
      : Command(program, "stacks", "shows what every thread is doing at a moment",
                "Runs the scenario in FILE and shows all stacks as they are at a time of the run: "
                "each thread's priority, what it does or waits for (a lock and the thread that "
                "holds it, an event it sleeps on and until when), the actions it is in, the locks "
                "and gates it holds, and the functions on its stack, innermost first.",
                kJudgingExitCodes) {
    AddScenarioFile(app(), &file_);
    AddMoment(app(), "a time of the run, such as 250us", &at_)->required();
    AddSeed(app(), &seed_);
  }

  int Run(Console* console) override {
    const std::unique_ptr<Scenario> scenario = LoadScenario(file_, console);
    if (scenario == nullptr) return kBadInput;
    const ChosenStrategy chosen = ChooseStrategy(seed_);

    std::vector<ThreadReport> threads;
    Look look;
    look.at_ns = at_->time;
    look.from_outside = true;
    look.look = [&] { threads = ReportThreads(); };
    const ScenarioResult result = RunScenario(*scenario, chosen.strategy.get(), look);
    if (!result.looked) {
      WriteFailures(result, console);
      if (!result.outcome.ok()) return kFailed;
      return BadInput(absl::StrCat("--at \"", at_->text, "\" is after the scenario's end, at ",
                                   Microseconds(result.outcome.end_ns)),
                      console);
    }
    console->out << scenario->file << "\n"
                 << MachineAndStrategy(*scenario, chosen.text) << ", after "
                 << Microseconds(at_->time) << ": " << threads.size() << " threads\n";
    for (const ThreadReport& thread : threads) WriteThread(thread, console->out);
    WriteFailures(result, console);
    return result.held() ? kHeld : kFailed;
  }

 private:
  std::string file_;
  absl::optional<Moment> at_;
  absl::optional<uint64_t> seed_;
};

}  // namespace

std::unique_ptr<Command> AddStacks(CLI::App* program) { return std::make_unique<Stacks>(program); }

}  // namespace drydock::cli
