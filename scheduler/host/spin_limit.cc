#include "scheduler/host/spin_limit.h"

#include <sched.h>

#include <atomic>

#include "scheduler/kernel/spin.h"

namespace drydock::host {
namespace {

// A pause takes some ten nanoseconds: about two microseconds.
constexpr int kLooks = 100;
constinit std::atomic<int> limit{kLooks};

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

}  // namespace drydock::kernel
