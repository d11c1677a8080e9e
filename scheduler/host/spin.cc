// Busy waits of the host kernel (scheduler/kernel/spin.h).
#include "scheduler/host/spin.h"

#include <sched.h>

#include <atomic>

#include "scheduler/kernel/spin.h"

namespace drydock::host {
namespace {

// A pause takes some ten nanoseconds: about two microseconds.
constexpr int kLooks = 100;
constinit std::atomic<int> limit{kLooks};

// Moves the calling thread to one of the CPUs that `choose` leaves of those it may have. It may
// have all of them afterwards.
template <typename Choose>
void Move(Choose choose) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return;
  cpu_set_t chosen = allowed;
  choose(&chosen);
  if (CPU_COUNT(&chosen) == 0) return;
  if (sched_setaffinity(0, sizeof(chosen), &chosen) == 0) {
    sched_setaffinity(0, sizeof(allowed), &allowed);
  }
}

}  // namespace

void CountHostCpus() {
  cpu_set_t cpus;
  if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0) return;
  limit.store(CPU_COUNT(&cpus) > 1 ? kLooks : 0, std::memory_order_relaxed);
}

}  // namespace drydock::host

namespace drydock::kernel {

int SpinLimit() { return host::limit.load(std::memory_order_relaxed); }

int CpuHere() { return sched_getcpu(); }

void MoveToCpu(int cpu) {
  host::Move([cpu](cpu_set_t* cpus) {
    const bool may = CPU_ISSET(cpu, cpus);
    CPU_ZERO(cpus);
    if (may) CPU_SET(cpu, cpus);
  });
}

void MoveFromCpu(int cpu) {
  host::Move([cpu](cpu_set_t* cpus) { CPU_CLR(cpu, cpus); });
}

}  // namespace drydock::kernel
