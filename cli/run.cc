#include <chrono>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/one_run.h"
#include "cli/report.h"
#include "explore/campaign.h"
#include "explore/random_walk.h"
#include "explore/replay.h"
#include "scenario/runner.h"
#include "trace/recorder.h"

namespace drydock::cli {
namespace {

// `runs` seeds from `first` on: how many held, and the schedule of the first that did not.
// The walks of one seed after the other: each can be run again alone.
class RandomWalks final : public Explorer {
 public:
  explicit RandomWalks(uint64_t first) : next_(first) {}
  Strategy* Next() override { return &walk_.emplace(next_++); }
  std::string Describe() const override { return absl::StrCat("random walk, seed ", next_ - 1); }

 private:
  uint64_t next_;
  absl::optional<RandomWalk> walk_;
};

int RunMany(const Scenario& scenario, uint64_t first, uint64_t runs, bool json, Console* console) {
  // Only this goes by the host's clock, and only to the terminal: how fast it went.
  const auto began = std::chrono::steady_clock::now();
  CampaignOptions options;
  options.schedules = runs;
  options.stop_at_first = false;
  RandomWalks walks(first);
  const CampaignResult campaign =
      RunCampaign(&walks, ProgramOf(scenario, Checking::kFast), options);
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

int Run(absl::Span<const std::string> arguments, Console* console) {
  absl::optional<std::string> seed_text, runs_text, format_text;
  std::string file;
  uint64_t seed = 1;
  uint64_t runs = 1;
  bool json = false;
  absl::Status status = Arguments::Parse(
      arguments, {{"seed", &seed_text}, {"runs", &runs_text}, {"format", &format_text}}, &file);
  if (status.ok()) status = ParseNumber("seed", seed_text, 0, &seed);
  if (status.ok()) status = ParseNumber("runs", runs_text, 1, &runs);
  if (status.ok()) status = ParseFormat(format_text, &json);
  if (!status.ok()) return BadInput("run", status.message(), console);
  absl::StatusOr<ChosenStrategy> chosen = ChooseStrategy(seed_text);
  if (!chosen.ok()) return BadInput("run", chosen.status().message(), console);

  const std::unique_ptr<Scenario> scenario = LoadScenario(file, console);
  if (scenario == nullptr) return kBadInput;
  if (runs_text.has_value()) return RunMany(*scenario, seed, runs, json, console);

  trace::Recorder recorder;
  ScenarioResult result;
  {
    trace::ScopedObserver watching(&recorder);
    result = RunScenario(*scenario, chosen->strategy.get());
  }
  const Report report = {*scenario, chosen->text, recorder.events(), result};
  return WriteReport(report, json, console);
}

}  // namespace

const Command kRun = {
    "run", "FILE [--seed N] [--runs N] [--format text|json]", "runs a scenario",
    "Runs the scenario in FILE (protobuf text format, scenario/scenario.proto) and reports what\n"
    "happened and whether what it expects held.\n"
    "\n"
    "  --seed N       explore: a random walk through the interleavings, the same for the same N;\n"
    "                 without, all CPUs run at full speed\n"
    "  --runs N       that many random walks, with seeds from --seed (or 1) on; only counts them\n"
    "  --format json  one JSON document instead of a page of text\n"
    "\n"
    "Exit code: 0 if everything held, 1 if something failed, 2 if the input is bad.\n",
    &Run};

}  // namespace drydock::cli
