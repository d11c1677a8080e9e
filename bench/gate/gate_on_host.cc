// The program behind `drydock bench gate`: measures what a gate and its alternatives cost on host
// threads, and writes one JSON document to stdout.
//
//   gate_on_host [--duration_ms=N] [--rounds=N] [--idle_s=N] [--threads=1,2,4,8,16]
//                [--holds=0,100,1000,10000] [--parts=alone,runners,contention,mixes]
#include <sched.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "bench/gate/contention.h"
#include "bench/gate/mix.h"
#include "bench/gate/other_runners.h"
#include "bench/gate/runner_bench.h"
#include "scheduler/simulation.h"
#include "scheduler/strategy.h"
#include "trace/json.h"

ABSL_FLAG(int, duration_ms, 60, "how long each cell is measured, twice");
ABSL_FLAG(int, rounds, 5, "how often each runner is measured");
ABSL_FLAG(int, idle_s, 5, "how long an idle runner is watched");
ABSL_FLAG(std::vector<std::string>, threads, (std::vector<std::string>{"1", "2", "4", "8", "16"}),
          "numbers of threads");
ABSL_FLAG(std::vector<std::string>, holds, (std::vector<std::string>{"0", "100", "1000", "10000"}),
          "hold times in ns");
ABSL_FLAG(std::vector<std::string>, parts,
          (std::vector<std::string>{"alone", "runners", "contention", "mixes"}), "what to measure");

namespace drydock::bench {

OSDefineMetaClassAndStructors(GateOwner, OSObject)

namespace {

using trace::Json;

std::vector<int> Numbers(const std::vector<std::string>& texts) {
  std::vector<int> numbers;
  for (const std::string& text : texts) {
    int number;
    if (absl::SimpleAtoi(text, &number)) numbers.push_back(number);
  }
  return numbers;
}

Json DescribeMachine() {
  Json machine;
  utsname name;
  uname(&name);
  machine["kernel"] = std::string(name.sysname) + " " + name.release + " " + name.machine;
  machine["cpus"] = std::thread::hardware_concurrency();
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (absl::StartsWith(line, "model name")) {
      machine["cpu"] = line.substr(line.find(':') + 2);
      break;
    }
  }
  machine["compiler"] = __VERSION__;
#ifdef __OPTIMIZE__
  machine["optimised"] = true;
#else
  machine["optimised"] = false;
#endif
  return machine;
}

// Runs `body` on a freshly booted machine, on its first thread.
void Boot(const std::function<void()>& body) {
  TimedStrategy timed;
  const Outcome outcome = Simulation({}, &timed).Run(body);
  if (outcome.ok()) return;
  std::fprintf(stderr, "gate_on_host: %s: %s\n", OutcomeName(outcome.kind), outcome.text.c_str());
  std::exit(1);
}

template <typename Contender>
void AddContention(Json* cells) {
  std::fprintf(stderr, "%s\n", Contender::kName);
  const kernel::Time duration =
      static_cast<kernel::Time>(absl::GetFlag(FLAGS_duration_ms)) * kernel::kMillisecond;
  for (const int threads : Numbers(absl::GetFlag(FLAGS_threads))) {
    for (const int hold : Numbers(absl::GetFlag(FLAGS_holds))) {
      Boot([&] {
        cells->push_back(
            ToJson(Contend<Contender>(threads, static_cast<kernel::Time>(hold), duration)));
      });
    }
  }
}

template <typename... Contenders>
Json MeasureAllAlone() {
  Json rows = Json::array();
  const auto add = [&rows](const Alone& alone) {
    rows.push_back({{"what", alone.what}, {"ns", alone.ns}, {"nested_ns", alone.nested_ns}});
  };
  Boot([&] { (add(MeasureAlone<Contenders>()), ...); });
  return rows;
}

Json MeasureMixes() {
  Json rows = Json::array();
  for (const int threads : {1, 2, 4}) {
    for (const bool interrupts : {false, true}) {
      for (const bool timers : {false, true}) {
        MixOptions options;
        options.threads = threads;
        options.hold_ns = kernel::kMicrosecond;
        options.duration_ns =
            static_cast<kernel::Time>(absl::GetFlag(FLAGS_duration_ms)) * kernel::kMillisecond;
        options.interrupts = interrupts;
        options.timers = timers;
        Boot([&] {
          const MixResult result = RunMix(options);
          rows.push_back(ToJson(result));
        });
      }
    }
  }
  return rows;
}

template <typename Measure>
Json Booted(Measure measure) {
  Json result;
  Boot([&] { result = measure(); });
  return result;
}

// All runners and the bare machine once in each round, so that no noisy moment meets only one of
// them.
Json MeasureRunners() {
  using Row = Json (*)();
  const std::vector<Row> rows = {
      &MeasureRunner<RunnerSubmits, RunnerCalls>,
      &MeasureRunner<MutexRunnerSubmits, MutexRunnerCalls>,
      &MeasureRunner<StrandSubmits, StrandCalls>,
      &MeasureRunner<TwoBuffersSubmits, OtherCalls<TwoBuffers>>,
      &MeasureRunner<SpinningQueueSubmits, OtherCalls<SpinningQueue>>,
      &MeasureBare,
  };
  std::vector<std::vector<Json>> measured(rows.size());
  for (int round = 0; round < absl::GetFlag(FLAGS_rounds); ++round) {
    std::fprintf(stderr, "runners, %d\n", round + 1);
    for (size_t i = 0; i < rows.size(); ++i) measured[i].push_back(Booted(rows[i]));
  }
  Json medians = Json::array();
  for (const std::vector<Json>& times : measured) medians.push_back(MedianOf(times));
  return medians;
}

// Adds "idle_percent" to the rows of MeasureRunners, in their order.
void AddIdlePercent(Json* runners) {
  const auto idle = static_cast<kernel::Time>(absl::GetFlag(FLAGS_idle_s)) * kernel::kSecond;
  if (idle == 0) return;
  size_t row = 0;
  const auto add = [&](double (*measure)(kernel::Time)) {
    Boot([&] { (*runners)[row]["idle_percent"] = measure(idle); });
    ++row;
  };
  add(&IdlePercent<RunnerCalls>);
  add(&IdlePercent<MutexRunnerCalls>);
  add(&IdlePercent<StrandCalls>);
  add(&IdlePercent<OtherCalls<TwoBuffers>>);
  add(&IdlePercent<OtherCalls<SpinningQueue>>);
}

// The same with the process pinned to the core that it happens to be on.
Json MeasureRunnersOnOneCore() {
  cpu_set_t all, one;
  sched_getaffinity(0, sizeof(all), &all);
  CPU_ZERO(&one);
  CPU_SET(sched_getcpu(), &one);
  sched_setaffinity(0, sizeof(one), &one);
  Json runners = MeasureRunners();
  sched_setaffinity(0, sizeof(all), &all);
  return runners;
}

Json MeasureContention() {
  Json cells = Json::array();
  AddContention<Gate>(&cells);
  AddContention<CommandGate>(&cells);
  AddContention<StdMutex>(&cells);
  AddContention<PthreadMutex>(&cells);
  AddContention<AbslMutex>(&cells);
  AddContention<RunnerCalls>(&cells);
  AddContention<RunnerSubmits>(&cells);
  AddContention<MutexRunnerCalls>(&cells);
  AddContention<MutexRunnerSubmits>(&cells);
  AddContention<StrandCalls>(&cells);
  AddContention<StrandSubmits>(&cells);
  return cells;
}

int Main() {
  const std::vector<std::string> parts = absl::GetFlag(FLAGS_parts);
  const auto wanted = [&parts](const char* part) {
    return std::find(parts.begin(), parts.end(), part) != parts.end();
  };
  Json document = {{"machine", DescribeMachine()}};
  if (wanted("alone")) {
    document["alone"] =
        MeasureAllAlone<Gate, CommandGate, StdMutex, PthreadMutex, AbslMutex, ExchangeLock>();
  }
  if (wanted("runners")) {
    document["runner"] = MeasureRunners();
    AddIdlePercent(&document["runner"]);
    document["runner_on_one_core"] = MeasureRunnersOnOneCore();
  }
  if (wanted("contention")) document["contention"] = MeasureContention();
  if (wanted("mixes")) document["mixes"] = MeasureMixes();
  std::cout << document.dump(1) << "\n";
  return 0;
}

}  // namespace
}  // namespace drydock::bench

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return drydock::bench::Main();
}
