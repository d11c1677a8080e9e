// Google benchmarks of the scenarios in scenarios/: what a run costs on the host, from boot to
// verdicts, under the timed strategy, under the random walk, and with every event recorded.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "explore/random_walk.h"
#include "scenario/reader.h"
#include "scenario/runner.h"
#include "trace/recorder.h"

namespace drydock {
namespace {

void RunOnce(benchmark::State& state, const Scenario& scenario, Strategy* strategy) {
  if (!RunScenario(scenario, strategy, {}, verify::RunKind::kCounted).held())
    state.SkipWithError("an expectation did not hold");
}

void AtFullSpeed(benchmark::State& state, const Scenario& scenario) {
  for (auto _ : state) {
    TimedStrategy strategy;
    RunOnce(state, scenario, &strategy);
  }
  state.SetItemsProcessed(state.iterations());
}

void UnderRandomWalk(benchmark::State& state, const Scenario& scenario) {
  uint64_t seed = 0;
  for (auto _ : state) {
    RandomWalk strategy(++seed);
    RunOnce(state, scenario, &strategy);
  }
  state.SetItemsProcessed(state.iterations());
}

void Recorded(benchmark::State& state, const Scenario& scenario) {
  for (auto _ : state) {
    trace::Recorder recorder;
    trace::ScopedObserver watching(&recorder);
    TimedStrategy strategy;
    RunOnce(state, scenario, &strategy);
  }
  state.SetItemsProcessed(state.iterations());
}

int Main(int argc, char** argv) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator("scenarios")) {
    if (entry.path().extension() == ".textproto") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  static std::vector<Scenario> scenarios;
  for (const std::string& path : paths) {
    absl::StatusOr<Scenario> scenario = ReadScenario(path, path, LinkedDrivers());
    if (!scenario.ok()) {
      std::fprintf(stderr, "%s\n", std::string(scenario.status().message()).c_str());
      return 2;
    }
    scenarios.push_back(*std::move(scenario));
  }
  for (const Scenario& scenario : scenarios) {
    const std::string name = std::filesystem::path(scenario.file).stem().string();
    benchmark::RegisterBenchmark((name + "/at_full_speed").c_str(), AtFullSpeed, scenario);
    benchmark::RegisterBenchmark((name + "/random_walk").c_str(), UnderRandomWalk, scenario);
    benchmark::RegisterBenchmark((name + "/recorded").c_str(), Recorded, scenario);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace drydock

int main(int argc, char** argv) { return drydock::Main(argc, argv); }
