// scheduler/simulation.h
//
// One run of the simulated machine, from power-on to quiet.
//
//   TimedStrategy strategy;
//   Simulation simulation({.cpus = 2}, &strategy);
//   Outcome outcome = simulation.Run([] { … on a simulated thread … });
//
// A run is a function of the program, the options and the schedule; nothing of the host enters it.
// Runs follow one another on one host thread; they cannot be nested.
#ifndef DRYDOCK_SCHEDULER_SIMULATION_H_
#define DRYDOCK_SCHEDULER_SIMULATION_H_

#include <cstdint>
#include <functional>
#include <string>

#include "scheduler/cost_model.h"
#include "scheduler/kernel/memory.h"
#include "scheduler/kernel/profile.h"
#include "scheduler/kernel/types.h"
#include "scheduler/run_end.h"
#include "scheduler/schedule.h"
#include "scheduler/strategy.h"
#include "symbols/call_stack.h"

namespace drydock {

inline constexpr int kMaxCpus = 64;

struct MachineOptions {
  int cpus = 2;  // 1..kMaxCpus
  kernel::Profile profile = kernel::Profile::kModern;
  CostModel costs = CostModel();
  // What could happen up to this much after the earliest of it is offered as an alternative, so
  // that a strategy may let one overtake the other: CPUs, deadlines, interrupts. At each question
  // it can be late by no more than this.
  kernel::Time horizon_ns = 20 * kernel::kMicrosecond;
  // Which accesses to memory, by code that is compiled with hooks, are choice points.
  kernel::AccessChoices accesses = kernel::AccessChoices::kNone;
  int main_priority = 81;  // of the thread that runs the body, 0..127
  // A run that asks more, or comes to more choice points, is stopped as endless.
  uint64_t max_questions = 50'000'000;
  uint64_t fingerprint = 0;  // names program and scenario in the schedule
};

// What the time of the CPUs went into, in ns; together wall time x CPUs.
struct CpuTimes {
  kernel::Time threads = 0;     // context switches are theirs too
  kernel::Time interrupts = 0;  // primary-interrupt context
  kernel::Time idle = 0;
};

// What a run came to, and how it came to it.
struct Outcome : RunEnd {
  CpuTimes cpu_times;              // of all CPUs, up to cpus_until_ns
  kernel::Time cpus_until_ns = 0;  // when the last of them stopped; not before end_ns
  Schedule schedule;               // the answers given, also when the run went wrong
};

const char* OutcomeName(Outcome::Kind kind);

class Simulation {
 public:
  // Neither is owned by the other: the strategy must outlive the run.
  Simulation(const MachineOptions& options, Strategy* strategy);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // Boots, runs `body` on a thread named "main", goes on until that thread and all that are not
  // daemons have ended or nothing can happen any more, and shuts down. Once per Simulation.
  Outcome Run(std::function<void()> body);

  // Whether the same schedule gives the same run: true of the simulated kernel. On host threads
  // (scheduler/host) no strategy is asked and no schedule is recorded.
  static bool Deterministic();

 private:
  const MachineOptions options_;
  Strategy* const strategy_;
};

}  // namespace drydock

#endif  // DRYDOCK_SCHEDULER_SIMULATION_H_
