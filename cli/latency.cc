// drydock latency: how long threads, interrupts and actions waited in a run, and for what.
#include "analysis/latency.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/command.h"
#include "cli/one_run.h"
#include "cli/options.h"
#include "cli/report.h"
#include "scenario/event_words.h"
#include "scenario/runner.h"

namespace drydock::cli {
namespace {

// A histogram's bins: up to a limit, in ns.
struct Bin {
  uint64_t below_ns;
  const char* name;
};
constexpr Bin kBins[] = {{1'000, "< 1 us"},          {10'000, "< 10 us"},
                         {100'000, "< 100 us"},      {1'000'000, "< 1 ms"},
                         {10'000'000, "< 10 ms"},    {100'000'000, "< 100 ms"},
                         {~uint64_t{0}, ">= 100 ms"}};

std::vector<uint64_t> BinCounts(const LatencyRow& row) {
  std::vector<uint64_t> counts(std::size(kBins));
  for (const uint64_t sample : row.waits.samples()) {
    size_t bin = 0;
    while (sample >= kBins[bin].below_ns && bin + 1 < std::size(kBins)) ++bin;
    ++counts[bin];
  }
  return counts;
}

std::string Microseconds(uint64_t ns) { return absl::StrFormat("%d.%03d", ns / 1000, ns % 1000); }

void WriteRow(const LatencyRow& row, std::ostream& out) {
  constexpr uint64_t kWidth = 40;
  out << absl::StrFormat("  %-54s %8d %12s %12s %12s\n", row.subject, row.waits.samples().size(),
                         Microseconds(row.waits.Percentile(50)),
                         Microseconds(row.waits.Percentile(99)), Microseconds(row.waits.max()));
  const std::vector<uint64_t> counts = BinCounts(row);
  const uint64_t most = *std::max_element(counts.begin(), counts.end());
  for (size_t bin = 0; bin < counts.size(); ++bin) {
    if (counts[bin] == 0) continue;
    std::string bar;
    for (uint64_t i = 0; i < (counts[bin] * kWidth + most - 1) / most; ++i) bar += "█";
    out << absl::StrFormat("    %10s  %s %d\n", kBins[bin].name, bar, counts[bin]);
  }
  if (row.waits.max() == 0) return;
  out << "    worst at " << Microseconds(row.worst_at_ns) << " us"
      << (row.blame.empty() ? "" : ": ") << row.blame << "\n";
}

void WriteText(const Scenario& scenario, const std::string& strategy, const LatencyMeter& meter,
               const ScenarioResult& result, std::ostream& out) {
  out << scenario.file << "\n";
  if (!scenario.description.empty()) out << scenario.description << "\n";
  out << MachineAndStrategy(scenario, strategy) << "\n";
  for (int measure = 0; measure < kLatencyMeasureCount; ++measure) {
    const auto rows = meter.Rows(static_cast<LatencyMeasure>(measure));
    if (rows.empty()) continue;
    out << absl::StrFormat("\n%-56s %8s %12s %12s %12s\n",
                           LatencyMeasureName(static_cast<LatencyMeasure>(measure)), "samples",
                           "p50 (us)", "p99 (us)", "max (us)");
    for (const LatencyRow* row : rows) WriteRow(*row, out);
  }

  const uint64_t all = meter.end_ns() * static_cast<uint64_t>(scenario.cpus);
  const auto share = [all](uint64_t ns) {
    const double percent = all == 0 ? 0 : 100 * static_cast<double>(ns) / static_cast<double>(all);
    return absl::StrFormat("%12s %6.2f %%", Microseconds(ns), percent);
  };
  out << absl::StrFormat("\n%-56s %12s\n", "CPU time", "us");
  uint64_t used = 0;
  for (const CpuUse& use : meter.CpuUses()) {
    out << absl::StrFormat("  %-54s %s\n", use.thread, share(use.ns));
    used += use.ns;
  }
  out << absl::StrFormat("  %-54s %s\n", "idle", share(all - std::min(all, used)));
  out << absl::StrFormat("  %-54s %s\n", "in handlers, counted with the interrupted threads",
                         share(result.outcome.cpu_times.interrupts));

  if (!result.progress.empty()) out << "\nprogress\n";
  for (const Progress& progress : result.progress) {
    out << absl::StrFormat("  %-54s %8d\n", progress.name, progress.count);
  }
}

trace::Json ToJson(const Scenario& scenario, const LatencyMeter& meter,
                   const ScenarioResult& result) {
  trace::Json json;
  json["scenario"] = scenario.file;
  json["cpus"] = scenario.cpus;
  json["schedule"] = result.outcome.schedule.ToString();
  json["end_ns"] = meter.end_ns();
  for (int measure = 0; measure < kLatencyMeasureCount; ++measure) {
    trace::Json& rows = json[LatencyMeasureName(static_cast<LatencyMeasure>(measure))];
    rows = trace::Json::array();
    for (const LatencyRow* row : meter.Rows(static_cast<LatencyMeasure>(measure))) {
      trace::Json line = {{"subject", row->subject},
                          {"samples", row->waits.samples().size()},
                          {"p50_ns", row->waits.Percentile(50)},
                          {"p99_ns", row->waits.Percentile(99)},
                          {"max_ns", row->waits.max()},
                          {"worst_at_ns", row->worst_at_ns},
                          {"blame", row->blame}};
      const std::vector<uint64_t> counts = BinCounts(*row);
      for (size_t bin = 0; bin < counts.size(); ++bin) {
        line["histogram"][kBins[bin].name] = counts[bin];
      }
      rows.push_back(std::move(line));
    }
  }
  json["cpu time"] = trace::Json::array();
  for (const CpuUse& use : meter.CpuUses()) {
    json["cpu time"].push_back({{"thread", use.thread}, {"ns", use.ns}});
  }
  json["interrupts_ns"] = result.outcome.cpu_times.interrupts;
  json["progress"] = trace::Json::array();
  for (const Progress& progress : result.progress) {
    json["progress"].push_back({{"name", progress.name}, {"count", progress.count}});
  }
  return json;
}

class Latency final : public Command {
 public:
  explicit Latency(CLI::App* program)
      : Command(program, "latency", "runs a scenario and tells what waited how long, and for what",
                "Runs the scenario in FILE and prints, in virtual time, how long threads waited "
                "for a CPU (by band and by thread), interrupt lines for their handlers, event "
                "sources for their actions and callers for gates; how long gates were held; and "
                "each thread's share of the CPUs. For the longest wait of each it names what held "
                "up the waiting thread.",
                kJudgingExitCodes) {
    AddScenarioFile(app(), &file_);
    AddSeed(app(), &seed_);
    AddFormat(app(), &json_);
  }

  int Run(Console* console) override {
    const std::unique_ptr<Scenario> scenario = LoadScenario(file_, console);
    if (scenario == nullptr) return kBadInput;
    const ChosenStrategy chosen = ChooseStrategy(seed_);

    LatencyMeter meter(kEventWords);
    ScenarioResult result;
    {
      trace::ScopedObserver metering(&meter, LatencyMeter::Kinds());
      result = RunScenario(*scenario, chosen.strategy.get());
    }
    meter.Finish(result.outcome.end_ns);
    if (json_) {
      WriteJson(ToJson(*scenario, meter, result), console->out);
    } else {
      WriteText(*scenario, chosen.text, meter, result, console->out);
    }
    WriteFailures(result, console);
    return result.held() ? kHeld : kFailed;
  }

 private:
  std::string file_;
  absl::optional<uint64_t> seed_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> AddLatency(CLI::App* program) {
  return std::make_unique<Latency>(program);
}

}  // namespace drydock::cli
