// bench/gate/result.h
//
// The results of the gate benchmark, and how they become JSON.
#ifndef DRYDOCK_BENCH_GATE_RESULT_H_
#define DRYDOCK_BENCH_GATE_RESULT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "bench/gate/histogram.h"
#include "trace/json.h"

namespace drydock::bench {

// Several threads that use one gate, lock or runner again and again.
struct Contention {
  std::string what;  // "runAction", "absl::Mutex"
  int threads = 0;
  uint64_t hold_ns = 0;   // how long a thread holds it, each time
  double per_second = 0;  // uses, of all threads together
  double fairness = 0;    // Jain's index of the threads' shares: 1/threads .. 1
  Histogram latency;      // from the call to its return, less the hold
};

// Jain's index: (sum)^2 / (n * sum of squares); 1 if all have the same, 1/n if one has all.
inline double JainIndex(const std::vector<uint64_t>& shares) {
  double sum = 0, squares = 0;
  for (const uint64_t share : shares) {
    sum += static_cast<double>(share);
    squares += static_cast<double>(share) * static_cast<double>(share);
  }
  return squares == 0 ? 0 : sum * sum / (static_cast<double>(shares.size()) * squares);
}

inline trace::Json ToJson(const Contention& c) {
  return {{"what", c.what},
          {"threads", c.threads},
          {"hold_ns", c.hold_ns},
          {"per_second", c.per_second},
          {"fairness", c.fairness},
          {"p50_ns", c.latency.Permille(500)},
          {"p99_ns", c.latency.Permille(990)},
          {"p999_ns", c.latency.Permille(999)},
          {"longest_ns", c.latency.longest()}};
}

}  // namespace drydock::bench

#endif  // DRYDOCK_BENCH_GATE_RESULT_H_
