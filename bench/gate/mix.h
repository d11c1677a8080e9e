// bench/gate/mix.h
//
// A work loop under load: callers of runAction, interrupts and timers, in any mix. It uses the
// kernel interface alone, and so runs in virtual time as well as on host threads.
#ifndef DRYDOCK_BENCH_GATE_MIX_H_
#define DRYDOCK_BENCH_GATE_MIX_H_

#include <string>

#include "bench/gate/result.h"
#include "scheduler/kernel/types.h"

namespace drydock::bench {

struct MixOptions {
  int threads = 2;           // callers of IOCommandGate::runAction
  kernel::Time hold_ns = 0;  // in each action
  kernel::Time duration_ns = 0;
  bool interrupts = false;  // every 50 us: filter, then action
  bool timers = false;      // a timer source that expires every 100 us
};

struct MixResult {
  Contention calls;
  Histogram interrupts;  // from the line's raise to the action
  Histogram timers;      // from the deadline to the action
};

// Runs the load and returns what it measured. On a thread of a machine that was booted for it.
MixResult RunMix(const MixOptions& options);

trace::Json ToJson(const MixResult& result);

// "actions", "actions, interrupts and timers".
std::string MixName(const MixOptions& options);

}  // namespace drydock::bench

#endif  // DRYDOCK_BENCH_GATE_MIX_H_
