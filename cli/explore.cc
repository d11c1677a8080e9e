// drydock explore: searches the schedules of a scenario for one under which it fails.
#include <limits>
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/command.h"
#include "cli/one_run.h"
#include "cli/options.h"
#include "cli/report.h"
#include "explore/accesses.h"
#include "explore/campaign.h"
#include "explore/explorer.h"
#include "explore/minimise.h"
#include "explore/progress.h"
#include "explore/replay.h"
#include "explore/switch_report.h"
#include "scenario/runner.h"

namespace drydock::cli {
namespace {

// A failure, the smallest schedule that was found for it, and what that run came to.
struct Explained {
  const Failure& failure;
  Minimised smallest;
  ScenarioResult result;
  std::string switches;  // the forced switches, one by one
};

Explained Explain(const Scenario& scenario, const Failure& failure) {
  const Minimised smallest = Minimise({failure.failure, failure.schedule},
                                      ProgramOf(scenario, verify::RunKind::kExploration));
  Replay replay(smallest.run.schedule);
  SwitchReport switch_report(&replay);
  ScenarioResult result = RunScenario(scenario, &switch_report, {}, verify::RunKind::kExploration);
  return {failure, smallest, std::move(result), switch_report.Text()};
}

void WriteText(const Scenario& scenario, const std::string& what, const CampaignResult& campaign,
               const std::vector<Explained>& failures, Console* console) {
  std::ostream& out = console->out;
  out << scenario.file << ": " << campaign.runs << " schedules of " << what << ", "
      << campaign.distinct << " of them distinct, " << campaign.pairs << " pairs of choice points: "
      << (campaign.failed == 0 ? "all held" : absl::StrCat(campaign.failed, " failed")) << "\n";
  if (!campaign.exhausted.empty()) out << "nothing is left to try: " << campaign.exhausted << "\n";
  for (const Explained& explained : failures) {
    const Failure& failure = explained.failure;
    out << "\n"
        << "schedule " << failure.run << " (" << failure.found_by << "); the same in "
        << failure.runs << " of " << campaign.runs << "\n";
    for (const Verdict& verdict : explained.result.verdicts) {
      if (verdict.kind == Verdict::Kind::kFailed) WriteFailed(verdict, console);
    }
    out << "minimised in " << explained.smallest.runs << " runs, from "
        << explained.smallest.switches_found << " forced switches to "
        << explained.smallest.switches << (explained.switches.empty() ? "\n" : ":\n")
        << explained.switches
        << "replay: " << ReplayLine(scenario, explained.smallest.run.schedule, *console) << "\n";
  }
}

trace::Json ToJson(const Scenario& scenario, const std::string& what, Shard shard,
                   const CampaignResult& campaign, const std::vector<Explained>& failures) {
  trace::Json json;
  json["scenario"] = scenario.file;
  json["strategy"] = what;
  json["shard"] = shard.index + 1;
  json["shards"] = shard.count;
  json["schedules"] = campaign.runs;
  json["distinct"] = campaign.distinct;
  json["pairs"] = campaign.pairs;
  json["failed"] = campaign.failed;
  json["exhausted"] = campaign.exhausted;
  json["failures"] = trace::Json::array();
  for (const Explained& explained : failures) {
    json["failures"].push_back({{"failure", explained.failure.failure},
                                {"run", explained.failure.run},
                                {"runs", explained.failure.runs},
                                {"found_by", explained.failure.found_by},
                                {"found", explained.failure.schedule.ToString()},
                                {"switches_found", explained.smallest.switches_found},
                                {"schedule", explained.smallest.run.schedule.ToString()},
                                {"switches", explained.smallest.switches},
                                {"switch_report", explained.switches}});
  }
  return json;
}

// Reads "2/8", the second of eight shards.
absl::Status ParseShard(const std::string& text, Shard* shard) {
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(text, '/');
  uint64_t number = 0;
  if (!absl::SimpleAtoi(parts.first, &number) || number < 1 ||
      !absl::SimpleAtoi(parts.second, &shard->count) || number > shard->count) {
    return absl::InvalidArgumentError(
        absl::StrCat("--shard is \"", text, "\"; allowed is I/N, from 1/N to N/N"));
  }
  shard->index = number - 1;
  return absl::OkStatus();
}

class Explore final : public Command {
 public:
  explicit Explore(CLI::App* program)
      : Command(program, "explore",
                "searches the schedules of a scenario for one under which it fails",
                "Runs the scenario in FILE under one schedule after another. The first under which "
                "something fails is made as small as possible, and printed with the line that "
                "replays it. Ctrl-C ends the search and prints what it has found.",
                kJudgingExitCodes) {
    AddScenarioFile(app(), &file_);
    std::vector<std::string> specs;
    std::string strategies = "how schedules are chosen (docs/explore.md):";
    for (const ExplorerKind& kind : ExplorerKinds()) {
      specs.push_back(kind.spec);
      absl::StrAppend(&strategies, "\n", kind.spec, ": ", kind.summary);
    }
    AddValue(app(), "--strategy", absl::StrJoin(specs, "|"), strategies,
             [this](const std::string& text) {
               strategy_ = text;
               return MakeExplorer(text, 0).status();
             })
        ->option_text("STRATEGY")
        ->default_str(strategy_);
    AddNumber(app(), "--schedules",
              absl::StrCat("makes at most so many runs; without it ", kDefaultSchedules,
                           ", or any number if --seconds is given"),
              1, &schedules_);
    AddNumber(app(), "--seconds", "ends the search after so many seconds", 1, &seconds_);
    AddNumber(app(), "--seed", "another search, the same for the same N", 0, &seed_);
    AddChoice(app(), "--stop",
              "ends at the first failure, or goes on and prints the first of each kind",
              {"first", "never"}, &stop_);
    AddValue(app(), "--accesses", "none|shared|sampled:N|all",
             "at which accesses of drivers to memory other threads can step in (docs/races.md): "
             "at none; at those to memory that several threads use; at one in N of these, others "
             "in each schedule; or at all",
             [this](const std::string& text) {
               const absl::StatusOr<kernel::AccessChoices> accesses = ParseAccesses(text);
               if (!accesses.ok()) {
                 return absl::InvalidArgumentError(
                     absl::StrCat("--accesses: ", accesses.status().message()));
               }
               accesses_ = *accesses;
               return absl::OkStatus();
             })
        ->default_str("shared");
    AddValue(app(), "--shard", "I/N",
             "makes the Ith of N parts of that search; drydock merge puts them together",
             [this](const std::string& text) { return ParseShard(text, &shard_); });
    AddFormat(app(), &json_);
  }

  int Run(Console* console) override {
    const std::unique_ptr<Explorer> explorer = *MakeExplorer(strategy_, seed_, shard_);
    const std::unique_ptr<Scenario> scenario = LoadScenario(file_, console);
    if (scenario == nullptr) return kBadInput;
    ChooseAccesses(accesses_, scenario.get());

    CampaignOptions options;
    // A limit in time alone is no limit in number.
    const uint64_t schedules =
        schedules_.value_or(seconds_.has_value() ? ~uint64_t{0} : kDefaultSchedules);
    options.schedules =
        schedules / shard_.count + (shard_.index < schedules % shard_.count ? 1 : 0);
    options.stop_at_first = stop_ == "first";
    options.coverage = true;
    const double limit = seconds_.has_value() ? static_cast<double>(*seconds_)
                                              : std::numeric_limits<double>::infinity();
    CampaignResult campaign;
    double rate = 0;
    {
      // Only these go by the host's clock and its user: when to stop, and how fast it goes.
      const CtrlC ctrl_c;
      ProgressLine progress(console->progress ? &console->err : nullptr, options.schedules, limit);
      options.stop = [&](const CampaignResult& so_far) {
        progress.Show(so_far);
        return CtrlC::pressed() || progress.elapsed() >= limit;
      };
      campaign =
          RunCampaign(explorer.get(), ProgramOf(*scenario, verify::RunKind::kExploration), options);
      rate = static_cast<double>(campaign.runs) / progress.elapsed();
    }
    console->err << absl::StrFormat("%.0f schedules/s%s\n", rate,
                                    CtrlC::pressed() ? ", interrupted" : "");

    std::vector<Explained> failures;
    for (const Failure& failure : campaign.failures)
      failures.push_back(Explain(*scenario, failure));
    const std::string what = absl::StrCat(strategy_, ", seed ", seed_);
    if (json_) {
      WriteJson(ToJson(*scenario, what, shard_, campaign, failures), console->out);
    } else {
      WriteText(*scenario, what, campaign, failures, console);
    }
    return campaign.failed == 0 ? kHeld : kFailed;
  }

 private:
  static constexpr uint64_t kDefaultSchedules = 10'000;

  std::string file_;
  std::string strategy_ = "portfolio";
  absl::optional<uint64_t> schedules_;
  absl::optional<uint64_t> seconds_;
  uint64_t seed_ = 1;
  std::string stop_ = "first";
  kernel::AccessChoices accesses_ = kernel::AccessChoices::kShared;
  Shard shard_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> AddExplore(CLI::App* program) {
  return std::make_unique<Explore>(program);
}

}  // namespace drydock::cli
