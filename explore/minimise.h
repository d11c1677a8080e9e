// explore/minimise.h
//
// Minimisation: from a schedule under which a program fails to one with few forced switches, which
// a person can follow.
#ifndef DRYDOCK_EXPLORE_MINIMISE_H_
#define DRYDOCK_EXPLORE_MINIMISE_H_

#include <cstdint>

#include "explore/campaign.h"

namespace drydock {

struct Minimised {
  RunResult run;          // fails in the same way as the found one
  uint64_t switches = 0;  // forced ones in it
  uint64_t switches_found = 0;
  uint64_t runs = 0;  // that were made
};

// Looks for a schedule under which the program fails in the same way with fewer forced switches: a
// switch is forced if it preempts a task that could go on, or chooses another alternative than the
// first in time. None of the forced switches that remain can be left out alone, unless `most_runs`
// was reached. With the runs that are left it searches for fewer, other switches: leaving one out
// shifts all later ones, so leaving out alone may stop far from the minimum.
//
// Delta debugging: Zeller, Hildebrandt: "Simplifying and isolating failure-inducing input", IEEE
// TSE 28(2), 2002. A switch is named by its switch point (DefaultSchedule::SwitchPoint) and the
// task that goes instead, so that it means the same when others are left out.
Minimised Minimise(const RunResult& found, const RunProgram& run, uint64_t most_runs = 2'000);

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_MINIMISE_H_
