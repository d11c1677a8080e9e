// scenario/runner.h
//
// Runs a scenario: boots a machine with its controllers, lets its threads and its timeline happen,
// waits until everything has come to rest, shuts down, and judges what was expected.
#ifndef DRYDOCK_SCENARIO_RUNNER_H_
#define DRYDOCK_SCENARIO_RUNNER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/types/optional.h"
#include "scenario/scenario.h"
#include "scheduler/simulation.h"
#include "scheduler/strategy.h"

namespace drydock {

struct Verdict {
  enum class Kind { kHeld, kFailed, kNotJudged };
  Kind kind = Kind::kHeld;
  std::string text;  // what was expected
  // What was seen instead, or why it was not judged; if it held, empty, or what was found as
  // expected.
  std::string seen;
  std::vector<std::string> stack =
      {};  // where that happened, innermost function first; may be empty
};

// How far a thread or an interrupt came (ProgressProto).
struct Progress {
  std::string name;
  uint64_t count = 0;
};

// Somebody looks at the machine while a run goes on.
struct Look {
  // When; none: at the end, when everything has come to rest and before the platform shuts down.
  absl::optional<kernel::Time> at_ns;
  // Called on a kernel thread of high priority, so it may take the kernel's locks; or, if `at_ns`
  // is given, from the outside world, where it disturbs nothing. Null: nobody looks.
  std::function<void()> look;
  bool from_outside = false;
};

// How closely a run is watched. A thorough one is for what all scenarios are (Checks::Usual), and
// for the lives of objects and memory (verify/lifetime_checker.h): at half the speed. A fast one
// only for what the scenario asks for; for lives if it expects a finding or tears down naively.
enum class Checking { kThorough, kFast };

struct ScenarioResult {
  Outcome outcome;
  std::vector<Progress> progress;  // of threads with repeats, then of interrupts
  // What the scenario expects, in its order, and then, only if they failed, what every scenario
  // does: that the run came to its end, no rule was broken (Outcome::findings) and the timeline
  // happened.
  std::vector<Verdict> verdicts;
  bool looked = false;  // the run came to the Look's time

  bool held() const;
};

// One run. Observers attached by the caller see all of it. A run is a function of the scenario and
// the strategy's answers. Host context, no run in progress.
ScenarioResult RunScenario(const Scenario& scenario, Strategy* strategy, const Look& look = {},
                           Checking checking = Checking::kThorough);

// The classes of the drivers that are linked in and that a scenario's device may name.
std::vector<std::string> LinkedDrivers();

}  // namespace drydock

#endif  // DRYDOCK_SCENARIO_RUNNER_H_
