// tests/scenario/fixtures.h
//
// Helpers of the tests of scenarios. Host context, outside of runs.
#ifndef DRYDOCK_TESTS_SCENARIO_FIXTURES_H_
#define DRYDOCK_TESTS_SCENARIO_FIXTURES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "scenario/runner.h"
#include "scenario/scenario.h"
#include "scheduler/strategy.h"

namespace drydock {

// The text of a scenario in which one client opens the adapter, reads 64 bytes and closes, without
// expectations. One line for each part; `more` follows.
std::string OneReader(absl::string_view more = "");

// The scenario in `text`; fails the test if it cannot be read.
Scenario Read(absl::string_view text);

// A run and the digest of its events.
struct WatchedRun {
  ScenarioResult result;
  uint64_t digest = 0;
};
WatchedRun RunWatched(const Scenario& scenario, Strategy* strategy);

// "held"; or, for each verdict that failed, what was expected and what was seen instead.
std::string Failures(const ScenarioResult& result);

// The paths of the shipped scenarios, in order.
std::vector<std::string> ShippedScenarios();

}  // namespace drydock

#endif  // DRYDOCK_TESTS_SCENARIO_FIXTURES_H_
