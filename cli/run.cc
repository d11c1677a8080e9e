// drydock run: one run of a scenario, or many counted.
#include <chrono>
#include <fstream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/command.h"
#include "cli/one_run.h"
#include "cli/options.h"
#include "cli/report.h"
#include "explore/campaign.h"
#include "explore/random_walk.h"
#include "explore/replay.h"
#include "scenario/runner.h"
#include "trace/recorder.h"
#include "verify/trace_recorder.h"

namespace drydock::cli {
namespace {

// The random walk of each seed in turn. A plain seed names it, so that --seed runs it again alone.
class RandomWalks final : public Explorer {
 public:
  explicit RandomWalks(uint64_t first) : next_(first) {}
  Strategy* Next() override { return &walk_.emplace(next_++); }
  std::string Describe() const override { return absl::StrCat("random walk, seed ", next_ - 1); }

 private:
  uint64_t next_;
  absl::optional<RandomWalk> walk_;
};

// Runs the seeds from `first` up; says how many held, and the schedule of the first that failed.
int RunMany(const Scenario& scenario, uint64_t first, uint64_t runs, bool json, Console* console) {
  // Only this goes by the host's clock, and only to the terminal: how fast it went.
  const auto began = std::chrono::steady_clock::now();
  CampaignOptions options;
  options.schedules = runs;
  options.stop_at_first = false;
  RandomWalks walks(first);
  const CampaignResult campaign =
      RunCampaign(&walks, ProgramOf(scenario, verify::RunKind::kCounted), options);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  console->err << absl::StrFormat("%.0f runs/s\n", static_cast<double>(runs) / took.count());

  const uint64_t held = runs - campaign.failed;
  const Failure* failed = campaign.failures.empty() ? nullptr : &campaign.failures.front();
  const uint64_t failed_seed = failed == nullptr ? 0 : first + failed->run - 1;
  if (json) {
    trace::Json document;
    document["scenario"] = scenario.file;
    document["first_seed"] = first;
    document["runs"] = runs;
    document["held"] = held;
    document["failed"] = campaign.failed;
    if (failed != nullptr) {
      document["failed_seed"] = failed_seed;
      document["schedule"] = failed->schedule.ToString();
    }
    WriteJson(document, console->out);
  } else {
    console->out << scenario.file << ": " << runs << " runs, seeds " << first << " to "
                 << first + runs - 1 << ": " << held << " held, " << campaign.failed << " failed\n";
  }
  if (failed == nullptr) return kHeld;
  if (!json) {
    console->out << "\nseed " << failed_seed << ":\n";
    Replay replay(failed->schedule);
    for (const Verdict& verdict : RunScenario(scenario, &replay).verdicts) {
      if (verdict.kind == Verdict::Kind::kFailed) WriteFailed(verdict, console);
    }
    console->out << "replay: " << ReplayLine(scenario, failed->schedule, *console) << "\n";
  }
  return kFailed;
}

class RunCommand final : public Command {
 public:
  explicit RunCommand(CLI::App* program)
      : Command(program, "run", "runs a scenario",
                "Runs the scenario in FILE and reports what happened and whether what it expects "
                "held.",
                kJudgingExitCodes) {
    AddScenarioFile(app(), &file_);
    AddSeed(app(), &seed_);
    AddNumber(app(), "--runs",
              "runs that many random walks, of the seeds from --seed (or 1) up, and counts them", 1,
              &runs_);
    AddText(app(), "--record", "TRACE",
            "also writes the run to the file TRACE, which drydock judge judges again", &record_)
        ->excludes("--runs");
    AddFormat(app(), &json_);
  }

  int Run(Console* console) override {
    const std::unique_ptr<Scenario> scenario = LoadScenario(file_, console);
    if (scenario == nullptr) return kBadInput;
    if (runs_.has_value()) return RunMany(*scenario, seed_.value_or(1), *runs_, json_, console);
    const ChosenStrategy chosen = ChooseStrategy(seed_);

    std::ofstream trace_file;
    absl::optional<verify::TraceRecorder> trace;
    if (record_.has_value()) {
      trace_file.open(ResolvePath(*record_), std::ios::binary);
      trace.emplace(&trace_file);
    }
    trace::Recorder recorder;
    ScenarioResult result;
    {
      trace::ScopedObserver watching(&recorder);
      result = RunScenario(*scenario, chosen.strategy.get(), {}, verify::RunKind::kScenario,
                           trace.has_value() ? &*trace : nullptr);
    }
    trace_file.close();
    if (record_.has_value() && !trace_file) {
      return BadInput(absl::StrCat("--record \"", *record_, "\" cannot be written"), console);
    }
    const Report report = {*scenario, chosen.text, recorder.events(), result};
    return WriteReport(report, json_, console);
  }

 private:
  std::string file_;
  absl::optional<uint64_t> seed_;
  absl::optional<uint64_t> runs_;
  absl::optional<std::string> record_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> AddRun(CLI::App* program) { return std::make_unique<RunCommand>(program); }

}  // namespace drydock::cli
