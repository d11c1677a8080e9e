// scenario/runner.h
//
// Runs a scenario: boots a machine with its controllers, runs its threads and its timeline, waits
// until the registry is quiet, shuts down, and judges the expectations.
#ifndef DRYDOCK_SCENARIO_RUNNER_H_
#define DRYDOCK_SCENARIO_RUNNER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/types/optional.h"
#include "scenario/scenario.h"
#include "scheduler/simulation.h"
#include "scheduler/strategy.h"
#include "verify/trace_recorder.h"
#include "verify/verdict.h"
#include "verify/watch.h"

namespace drydock {

using verify::Verdict;

// How many rounds a thread completed, or how often an interrupt's action ran (ProgressProto).
struct Progress {
  std::string name;
  uint64_t count = 0;
};

// An inspection of the machine during a run.
struct Look {
  // The time since boot; none: when the registry is quiet, before the platform shuts down.
  absl::optional<kernel::Time> at_ns;
  // Called on a kernel thread of high priority, where it may take the kernel's locks. Null: no
  // inspection.
  std::function<void()> look;
  // With `at_ns`: call `look` from the outside world instead, which costs no virtual time and
  // changes nothing in the run; it may not take locks.
  bool from_outside = false;
};

struct ScenarioResult {
  Outcome outcome;
  std::vector<Progress> progress;  // of threads with repeats, then of interrupts
  // What the scenario expects, in its order, and then, only if they failed, what every scenario
  // does: that the run came to its end, no rule was broken (Outcome::findings) and the timeline
  // happened.
  std::vector<Verdict> verdicts;
  bool looked = false;  // the run reached the Look's time

  bool held() const;
};

// Executes one run, checked for what runs of its kind are and for what the scenario asks for.
// Observers that the caller has attached receive all of its events; `recorder`, unless null, writes
// what checkers need to judge it again, and the verdicts. The result is a function of the scenario
// and the strategy's answers. To be called outside of runs, one at a time.
ScenarioResult RunScenario(const Scenario& scenario, Strategy* strategy, const Look& look = {},
                           verify::RunKind kind = verify::RunKind::kScenario,
                           verify::TraceRecorder* recorder = nullptr);

// The classes of the drivers that are linked into the program: those that a device may name.
std::vector<std::string> LinkedDrivers();

}  // namespace drydock

#endif  // DRYDOCK_SCENARIO_RUNNER_H_
