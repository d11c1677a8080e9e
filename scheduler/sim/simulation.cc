// Simulation (scheduler/simulation.h) on the simulated machine: one boot, one run.
#include "scheduler/simulation.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "scheduler/kernel/boot.h"
#include "scheduler/sim/machine.h"

namespace drydock {

// The options of a run without time (TimelessStrategy): no step costs anything, and all accesses to
// memory are choice points, since in other orders other threads may touch what one thread has
// touched so far.
static MachineOptions Timeless(MachineOptions options) {
  options.costs.operation_ns.fill(0);
  options.costs.context_switch_ns = 0;
  options.costs.interrupt_entry_ns = 0;
  options.costs.quantum_ns = kernel::kNever / 2;
  options.costs.jitter_percent = 0;
  options.horizon_ns = kernel::kNever;
  options.accesses = kernel::AccessChoices::kAll;
  return options;
}

Simulation::Simulation(const MachineOptions& options, Strategy* strategy)
    : options_(strategy->timeless() != nullptr ? Timeless(options) : options),
      strategy_(strategy) {}

Simulation::~Simulation() = default;

// Whether anything but the strategy's answers comes from its seed.
static bool UsesSeed(const MachineOptions& options) {
  return options.costs.jitter_percent > 0 || options.accesses.one_in > 1;
}

bool Simulation::Deterministic() { return true; }

Outcome Simulation::Run(std::function<void()> body) {
  if (sim::machine != nullptr) {
    std::fputs("drydock: Simulation::Run called while another run is in progress\n", stderr);
    std::abort();
  }
  kernel::internal::BeginBoot();
  Outcome outcome;
  outcome.schedule = Schedule(options_.fingerprint, UsesSeed(options_) ? strategy_->seed() : 0);
  {
    sim::Machine machine(options_, strategy_, &outcome);
    sim::machine = &machine;
    machine.Run(std::move(body));
    // What the booted kernel still owns is destroyed while its threads' records exist, but nothing
    // runs any more.
    kernel::internal::EndBoot();
    sim::machine = nullptr;
  }
  return outcome;
}

}  // namespace drydock
