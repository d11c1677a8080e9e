// drivers/flawed/rig.h
//
// Runs the flawed drivers and their sound twins.
#ifndef DRYDOCK_DRIVERS_FLAWED_RIG_H_
#define DRYDOCK_DRIVERS_FLAWED_RIG_H_

#include <vector>

#include "drivers/flawed/flawed_driver.h"
#include "explore/campaign.h"
#include "symbols/call_stack.h"

namespace drydock {

// All of them, in the order of docs/flawed.md.
const std::vector<const FlawedCase*>& FlawedCases();

// One run of the flawed driver, or of its sound twin: device and driver come, clients call,
// interrupts come, the device goes, the platform shuts down. The result's failure is empty, or
// what went wrong, joined by "; " without repetition: the kind of outcome if the run did not end
// quietly, and the names of findings, those of a LifetimeChecker and all Checkers among them.
// `stacks`, unless null, is given the stacks of all that. Host context.
RunResult RunFlawed(const FlawedCase& flawed_case, bool flawed, Strategy* strategy,
                    std::vector<CallStack>* stacks = nullptr);

// The same as a program to search; it refers to the case.
RunProgram FlawedProgram(const FlawedCase& flawed_case, bool flawed);

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_FLAWED_RIG_H_
