// explore/minimise.h
//
// From a schedule under which a program fails to one that a person can follow.
#ifndef DRYDOCK_EXPLORE_MINIMISE_H_
#define DRYDOCK_EXPLORE_MINIMISE_H_

#include <cstdint>

#include "explore/campaign.h"

namespace drydock {

struct Minimised {
  RunResult run;          // fails as the found one did
  uint64_t switches = 0;  // that it needs
  uint64_t switches_found = 0;
  uint64_t runs = 0;  // that were made
};

// Looks for a schedule under which the program fails in the same way with fewer forced switches: a
// switch is forced if it is from a task that could go on, or to another than the one who is due
// first. Of the forced switches left none can be left out alone, unless `most_runs` ran out; with
// the runs that remain it is sought whether other switches, but fewer, do as well: a switch that
// is left out moves all that comes later, so leaving out alone may stop far from the fewest.
//
// Delta debugging: Zeller, Hildebrandt: "Simplifying and isolating failure-inducing input", IEEE
// TSE 28(2), 2002. A switch is named by who is left before which of his steps, and for whom, so
// that it means the same when others are gone.
Minimised Minimise(const RunResult& found, const RunProgram& run, uint64_t most_runs = 2'000);

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_MINIMISE_H_
