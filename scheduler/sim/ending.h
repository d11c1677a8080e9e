// scheduler/sim/ending.h
//
// Whether the run in progress goes on, and how it ends. The parts of the machine share it: each can
// end the run, and the machine's loop sees that it has ended before it chooses the next step.
#ifndef DRYDOCK_SCHEDULER_SIM_ENDING_H_
#define DRYDOCK_SCHEDULER_SIM_ENDING_H_

#include <string>
#include <utility>

#include "scheduler/simulation.h"

namespace drydock::sim {

struct Ending {
  explicit Ending(Outcome* result) : outcome(*result) {}

  // Whether simulated code is being run, as opposed to what comes before and after.
  bool running() const { return started && !stopped; }

  // Ends the run at the next choice of a step.
  void Stop(Outcome::Kind kind, std::string text) {
    stopped = true;
    outcome.kind = kind;
    outcome.text = std::move(text);
  }

  bool started = false;
  bool stopped = false;
  Outcome& outcome;  // of the run; the caller of Simulation::Run gets it
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_ENDING_H_
