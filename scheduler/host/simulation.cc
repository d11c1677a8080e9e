// Simulation (scheduler/simulation.h) on host threads.
#include "scheduler/simulation.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "scheduler/host/machine.h"
#include "scheduler/kernel/boot.h"
#include "scheduler/thread_report.h"

namespace drydock {

Simulation::Simulation(const MachineOptions& options, Strategy* strategy)
    : options_(options), strategy_(strategy) {}

Simulation::~Simulation() = default;

bool Simulation::Deterministic() { return false; }

Outcome Simulation::Run(std::function<void()> body) {
  if (host::machine != nullptr) {
    std::fputs("drydock: Simulation::Run called while another run is in progress\n", stderr);
    std::abort();
  }
  kernel::internal::BeginBoot();
  Outcome outcome;
  {
    host::Machine machine(options_);
    host::machine = &machine;
    outcome = machine.Run(std::move(body));
    outcome.schedule = Schedule(options_.fingerprint, strategy_->seed());
    kernel::internal::EndBoot();
    host::machine = nullptr;
  }
  return outcome;
}

// Of threads that go on meanwhile little could be said that is true.
std::vector<ThreadReport> ReportThreads() { return {}; }
CallStack StackOfThread(kernel::ThreadId) { return CallStack(); }

}  // namespace drydock
