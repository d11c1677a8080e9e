// cli/report.h
//
// What a run is reported as.
#ifndef DRYDOCK_CLI_REPORT_H_
#define DRYDOCK_CLI_REPORT_H_

#include <string>
#include <vector>

#include "cli/console.h"
#include "scenario/runner.h"
#include "scenario/scenario.h"
#include "trace/event.h"
#include "trace/json.h"

namespace drydock::cli {

struct Report {
  const Scenario& scenario;
  std::string strategy;  // "timed schedule", "random walk, seed 7"
  const std::vector<trace::Event>& events;
  const ScenarioResult& result;
};

// Writes a run as text or as one JSON document, the same bytes for the same run, with the failures
// on `err`. Returns the exit code.
int WriteReport(const Report& report, bool json, Console* console);

// A line for each verdict with what was seen, then how many held, in a run that ended at `end_ns`.
void WriteVerdicts(const std::vector<Verdict>& verdicts, kernel::Time end_ns, Console* console);

// An expectation that failed: what was seen instead, and where.
void WriteFailed(const Verdict& verdict, Console* console);

// Names on `err` what failed, a line each.
void WriteFailures(const ScenarioResult& result, Console* console);

// A document with a line for each member and for each element of its arrays.
void WriteJson(const trace::Json& document, std::ostream& out);

// "drydock replay FILE --schedule dd1-…".
std::string ReplayLine(const Scenario& scenario, const Schedule& schedule, const Console& console);

}  // namespace drydock::cli

#endif  // DRYDOCK_CLI_REPORT_H_
