// drydock bench gate: what a gate costs, in virtual time and on this machine.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/gate/mix.h"
#include "cli/bench_plot.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/report.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/simulation.h"
#include "scheduler/strategy.h"

namespace drydock::cli {
namespace {

using trace::Json;

// --- Measuring.

// The work loop on the simulated machine, with as many CPUs as callers.
Json MeasureInVirtualTime() {
  constexpr kernel::Time kDuration = 2 * kernel::kMillisecond;
  Json rows = Json::array();
  for (const int cpus : {1, 2, 4, 8, 16, 64}) {
    for (const kernel::Time hold : {kernel::Time{0}, kernel::kMicrosecond}) {
      for (const bool others : {false, true}) {
        bench::MixOptions options;
        options.threads = cpus;
        options.hold_ns = hold;
        options.duration_ns = kDuration;
        options.interrupts = options.timers = others;
        TimedStrategy timed;
        MachineOptions machine;
        machine.cpus = cpus;
        Simulation(machine, &timed).Run([&] {
          rows.push_back(bench::ToJson(bench::RunMix(options)));
        });
      }
    }
  }
  return rows;
}

// Runs the program that measures on host threads, which is built beside this one. Returns its
// document, or an error in one line.
absl::StatusOr<Json> MeasureOnHost(uint64_t duration_ms) {
  std::array<char, 4096> self;
  const ssize_t length = readlink("/proc/self/exe", self.data(), self.size());
  std::string path(self.data(), static_cast<size_t>(std::max<ssize_t>(length, 0)));
  path = absl::StrCat(path.substr(0, path.rfind('/')), "/../bench/gate/gate_on_host");
  if (access(path.c_str(), X_OK) != 0) {
    return absl::NotFoundError(absl::StrCat(
        path, " is not there: build //bench/gate:gate_on_host, or measure with --virtual"));
  }
  FILE* pipe = popen(absl::StrCat("'", path, "' --duration_ms=", duration_ms).c_str(), "r");
  if (pipe == nullptr) return absl::InternalError("cannot start gate_on_host");
  std::string text;
  std::array<char, 4096> buffer;
  while (const size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    text.append(buffer.data(), got);
  }
  if (pclose(pipe) != 0) return absl::InternalError("gate_on_host failed");
  return Json::parse(text);
}

// --- Reporting.

double Number(const Json& row, const char* key) { return row[key].get<double>(); }

// Nanoseconds in the unit that suits.
std::string Span(double ns) {
  if (ns < 1000) return absl::StrFormat("%.0f ns", ns);
  if (ns < 1e6) return absl::StrFormat("%.1f us", ns / 1000);
  return absl::StrFormat("%.1f ms", ns / 1e6);
}

void WriteMixes(const char* title, const Json& rows, std::ostream& out) {
  out << absl::StrFormat("\n%s\n  %-32s %7s %8s %9s %5s %9s %9s %9s %12s %12s\n", title, "mix",
                         "threads", "hold", "M calls/s", "Jain", "p50", "p99", "longest",
                         "interrupt p99", "timer p99");
  for (const Json& row : rows) {
    const auto tail = [&row](const char* what) {
      return row.contains(what) ? Span(Number(row[what], "p99_ns")) : std::string("-");
    };
    out << absl::StrFormat(
        "  %-32s %7d %8s %9.3f %5.2f %9s %9s %9s %12s %12s\n", row["what"].get<std::string>(),
        row["threads"].get<int>(), Span(Number(row, "hold_ns")), Number(row, "per_second") / 1e6,
        Number(row, "fairness"), Span(Number(row, "p50_ns")), Span(Number(row, "p99_ns")),
        Span(Number(row, "longest_ns")), tail("interrupts"), tail("timers"));
  }
}

void WriteRunners(const char* title, const Json& rows, std::ostream& out) {
  out << absl::StrFormat("\n%-34s %10s %10s %10s %10s %10s %10s %7s\n", title, "1 producer", "2",
                         "call p50", "p99", "idle p50", "p99", "idle %");
  for (const Json& row : rows) {
    const auto span = [&row](const char* key) {
      return row.contains(key) ? Span(Number(row, key)) : std::string("-");
    };
    out << absl::StrFormat(
        "  %-32s %10s %10s %10s %10s %10s %10s %7s\n", row["what"].get<std::string>(),
        span("one_producer_ns"), span("two_producers_ns"), span("round_trip_warm_p50_ns"),
        span("round_trip_warm_p99_ns"), span("round_trip_idle_p50_ns"),
        span("round_trip_idle_p99_ns"),
        row.contains("idle_percent") ? absl::StrFormat("%.2f", Number(row, "idle_percent")) : "-");
  }
}

void WriteHost(const Json& document, std::ostream& out) {
  const Json& machine = document["machine"];
  out << "\n"
      << machine["cpu"].get<std::string>() << ", " << machine["cpus"].get<int>() << " CPUs, "
      << machine["kernel"].get<std::string>() << ", compiler "
      << machine["compiler"].get<std::string>()
      << (machine["optimised"].get<bool>() ? "" : ", not optimised: measure with --config=opt")
      << "\n";

  out << absl::StrFormat("\n%-34s %10s %10s\n", "uncontended: in and out", "ns", "nested");
  for (const Json& row : document["alone"]) {
    const double nested = Number(row, "nested_ns");
    out << absl::StrFormat("  %-32s %10.1f %10s\n", row["what"].get<std::string>(),
                           Number(row, "ns"), nested > 0 ? absl::StrFormat("%.1f", nested) : "-");
  }

  WriteRunners("runners: per closure", document["runner"], out);
  WriteRunners("runners, pinned to one core", document["runner_on_one_core"], out);

  out << absl::StrFormat("\n%-34s %7s %8s %9s %5s %9s %9s %9s %9s\n", "contention", "threads",
                         "hold", "M/s", "Jain", "p50", "p99", "p99.9", "longest");
  for (const Json& row : document["contention"]) {
    out << absl::StrFormat(
        "  %-32s %7d %8s %9.3f %5.2f %9s %9s %9s %9s\n", row["what"].get<std::string>(),
        row["threads"].get<int>(), Span(Number(row, "hold_ns")), Number(row, "per_second") / 1e6,
        Number(row, "fairness"), Span(Number(row, "p50_ns")), Span(Number(row, "p99_ns")),
        Span(Number(row, "p999_ns")), Span(Number(row, "longest_ns")));
  }
  WriteMixes("a work loop on host threads", document["mixes"], out);
}

// Opens a file to write to, if one is asked for. False if it cannot be written.
bool Open(const absl::optional<std::string>& path, std::ofstream* file) {
  if (path.has_value()) file->open(ResolvePath(*path));
  return file->good();
}

class Bench final : public Command {
 public:
  explicit Bench(CLI::App* program)
      : Command(program, "bench",
                "measures what a work loop's gate costs, against the alternatives",
                "Measures a gate under contention: in virtual time, on simulated machines of up to "
                "64 CPUs, and on this machine's threads, there against mutexes, device runners and "
                "a strand of Boost.Asio. docs/performance.md shows a run and says how to read it.",
                kPlainExitCodes) {
    AddChoice(app(), "BENCHMARK", "what to measure: gate", {"gate"}, &benchmark_)->required();
    AddNumber(app(), "--duration",
              "how many milliseconds each cell of the host's table is measured", 1, &duration_ms_)
        ->type_name("MS");
    AddFlag(app(), "--virtual", "in virtual time only, which is the same every time",
            &only_virtual_);
    AddText(app(), "--json", "FILE", "writes everything that was measured", &json_path_);
    AddText(app(), "--svg", "FILE", "writes a plot of the throughputs", &svg_path_);
    AddFormat(app(), &json_);
  }

  int Run(Console* console) override {
    // Opened before anything is measured, which takes long.
    std::ofstream json_file;
    std::ofstream svg_file;
    if (!Open(json_path_, &json_file)) return CannotWrite(*json_path_, console);
    if (!Open(svg_path_, &svg_file)) return CannotWrite(*svg_path_, console);

    Json document;
    if (!only_virtual_) {
      absl::StatusOr<Json> host = MeasureOnHost(duration_ms_);
      if (!host.ok()) return BadInput(host.status().message(), console);
      document = *std::move(host);
    }
    document["virtual"] = MeasureInVirtualTime();
    if (json_) {
      WriteJson(document, console->out);
    } else {
      WriteMixes("a work loop in virtual time, on as many CPUs as callers", document["virtual"],
                 console->out);
      if (!only_virtual_) WriteHost(document, console->out);
    }
    if (json_path_.has_value() && !(json_file << document.dump(1) << std::endl)) {
      return CannotWrite(*json_path_, console);
    }
    if (svg_path_.has_value() && !(svg_file << PlotOfGate(document) << std::flush)) {
      return CannotWrite(*svg_path_, console);
    }
    return kHeld;
  }

 private:
  int CannotWrite(const std::string& path, Console* console) const {
    return BadInput(absl::StrCat("cannot write ", path), console);
  }

  std::string benchmark_;
  uint64_t duration_ms_ = 60;
  bool only_virtual_ = false;
  absl::optional<std::string> json_path_;
  absl::optional<std::string> svg_path_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> AddBench(CLI::App* program) { return std::make_unique<Bench>(program); }

}  // namespace drydock::cli
