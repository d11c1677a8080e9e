// tests/drivers/flawed/rig.h
//
// Runs the flawed drivers and their sound twins.
#ifndef DRYDOCK_TESTS_DRIVERS_FLAWED_RIG_H_
#define DRYDOCK_TESTS_DRIVERS_FLAWED_RIG_H_

#include <string>
#include <vector>

#include "drivers/flawed/flawed_cases.h"
#include "explore/campaign.h"
#include "scheduler/simulation.h"
#include "verify/trace_recorder.h"

namespace drydock {

// One run of the flawed driver, or of its sound twin: device and driver come, clients call,
// interrupts come, the device goes, the platform shuts down. It is checked for all there is to
// check for, and written down by `recorder` unless that is null. Host context.
Outcome RunFlawed(const FlawedCase& flawed_case, bool flawed, Strategy* strategy,
                  verify::TraceRecorder* recorder = nullptr);

// Empty, or what went wrong, joined by "; " without repetition: the kind of end if the run did not
// end quietly, and the names of findings.
std::string FailureOf(const FlawedCase& flawed_case, const RunEnd& end);

// The stacks that a report of the run shows.
std::vector<CallStack> StacksOf(const RunEnd& end);

// RunFlawed and FailureOf as a program to search; it refers to the case.
RunProgram FlawedProgram(const FlawedCase& flawed_case, bool flawed);

}  // namespace drydock

#endif  // DRYDOCK_TESTS_DRIVERS_FLAWED_RIG_H_
