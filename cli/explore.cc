#include <limits>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/one_run.h"
#include "cli/report.h"
#include "explore/campaign.h"
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
  std::string story;
};

Explained Explain(const Scenario& scenario, const Failure& failure) {
  const Minimised smallest = Minimise({failure.failure, failure.schedule}, ProgramOf(scenario));
  Replay replay(smallest.run.schedule);
  SwitchReport switch_report(&replay);
  ScenarioResult result = RunScenario(scenario, &switch_report);
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
        << explained.smallest.switches << (explained.story.empty() ? "\n" : ":\n")
        << explained.story
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
                                {"story", explained.story}});
  }
  return json;
}

int RunExplore(absl::Span<const std::string> arguments, Console* console) {
  absl::optional<std::string> strategy_text, schedules_text, seconds_text, seed_text, all_text,
      accesses_text, shard_text, format_text;
  std::string file;
  uint64_t schedules = 10'000;
  uint64_t seconds = 0;
  uint64_t seed = 1;
  Shard shard;
  bool json = false;
  absl::Status status = Arguments::Parse(arguments,
                                         {{"strategy", &strategy_text},
                                          {"schedules", &schedules_text},
                                          {"seconds", &seconds_text},
                                          {"seed", &seed_text},
                                          {"stop", &all_text},
                                          {"accesses", &accesses_text},
                                          {"shard", &shard_text},
                                          {"format", &format_text}},
                                         &file);
  if (status.ok()) status = ParseNumber("schedules", schedules_text, 1, &schedules);
  if (status.ok()) status = ParseNumber("seconds", seconds_text, 1, &seconds);
  if (status.ok()) status = ParseNumber("seed", seed_text, 0, &seed);
  if (status.ok()) status = ParseShard(shard_text, &shard);
  if (status.ok()) status = ParseFormat(format_text, &json);
  if (status.ok() && all_text.has_value() && *all_text != "first" && *all_text != "never") {
    status = absl::InvalidArgumentError(
        absl::StrCat("--stop is first or never, not \"", *all_text, "\""));
  }
  if (!status.ok()) return BadInput("explore", status.message(), console);
  const std::string spec = strategy_text.value_or("portfolio");
  const absl::StatusOr<std::unique_ptr<Explorer>> explorer = MakeExplorer(spec, seed, shard);
  if (!explorer.ok()) return BadInput("explore", explorer.status().message(), console);
  const std::unique_ptr<Scenario> scenario = LoadScenario(file, console);
  if (scenario == nullptr) return kBadInput;
  status = ChooseAccesses(accesses_text, scenario.get());
  if (!status.ok()) return BadInput("explore", status.message(), console);

  CampaignOptions options;
  // A limit in time alone is no limit in number.
  if (seconds_text.has_value() && !schedules_text.has_value()) schedules = ~uint64_t{0};
  options.schedules = schedules / shard.count + (shard.index < schedules % shard.count ? 1 : 0);
  options.stop_at_first = all_text.value_or("first") == "first";
  options.coverage = true;
  const bool timed = seconds_text.has_value();
  const double limit =
      timed ? static_cast<double>(seconds) : std::numeric_limits<double>::infinity();
  CampaignResult campaign;
  double rate = 0;
  {
    // Only these go by the host's clock and its user: when to stop, and how fast it goes.
    const CtrlC ctrl_c;
    ProgressLine progress(console->progress ? &console->err : nullptr, options.schedules, limit);
    options.stop = [&](const CampaignResult& so_far) {
      progress.Show(so_far);
      return CtrlC::pressed() || (timed && progress.elapsed() >= limit);
    };
    campaign = RunCampaign(explorer->get(), ProgramOf(*scenario), options);
    rate = static_cast<double>(campaign.runs) / progress.elapsed();
  }
  console->err << absl::StrFormat("%.0f schedules/s%s\n", rate,
                                  CtrlC::pressed() ? ", interrupted" : "");

  std::vector<Explained> failures;
  for (const Failure& failure : campaign.failures) failures.push_back(Explain(*scenario, failure));
  const std::string what = absl::StrCat(spec, ", seed ", seed);
  if (json) {
    WriteJson(ToJson(*scenario, what, shard, campaign, failures), console->out);
  } else {
    WriteText(*scenario, what, campaign, failures, console);
  }
  return campaign.failed == 0 ? kHeld : kFailed;
}

}  // namespace

const Command kExplore = {
    "explore",
    "FILE [--strategy S] [--schedules N] [--seconds N] [--seed N] [--stop first|never] "
    "[--accesses none|shared|sampled:N|all] [--shard I/N] [--format text|json]",
    "searches the schedules of a scenario for one under which it fails",
    "Runs the scenario in FILE under one schedule after another. The first under which something\n"
    "fails is made as small as it can be, and printed with the line that replays it. Ctrl-C ends\n"
    "the search and prints what it has found.\n"
    "\n"
    "  --strategy S   random: a random walk; pct[:DEPTH], pos, urw, surw: published samplings\n"
    "                 (docs/explore.md); delay[:BOUND], preemption[:BOUND]: all schedules with up\n"
    "                 to so many; portfolio: several of them in turn, which is the default\n"
    "  --schedules N  at most so many runs, 10,000 if not given\n"
    "  --seconds N    for so long\n"
    "  --seed N       another search; the same for the same N\n"
    "  --stop never   goes on after a failure, and prints the first of each kind\n"
    "  --accesses A   at which accesses to memory by drivers others can step in (docs/races.md):\n"
    "                 all; none; shared, which is the default: to memory that others touch too;\n"
    "                 or sampled:N: one in N of these, others in each schedule\n"
    "  --shard I/N    the Ith of N parts of that search; drydock merge puts them together\n"
    "  --format json  one JSON document instead of a page of text\n"
    "\n"
    "Exit code: 0 if everything held, 1 if something failed, 2 if the input is bad.\n",
    &RunExplore};

}  // namespace drydock::cli
