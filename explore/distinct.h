// explore/distinct.h
//
// How many different schedules a campaign has run, in memory that does not grow with them.
#ifndef DRYDOCK_EXPLORE_DISTINCT_H_
#define DRYDOCK_EXPLORE_DISTINCT_H_

#include <cstddef>
#include <cstdint>

#include "absl/container/flat_hash_set.h"

namespace drydock {

// Counts 64-bit digests without repetition. Exact up to kExact of them; from there on an estimate,
// about 0.4 % off, from a sample: those whose last bits are zero, of twice as many bits each time
// the sample is full.
//
// Adaptive sampling: Flajolet: "On adaptive sampling", Computing 43(4), 1990.
class DistinctCount {
 public:
  static constexpr size_t kExact = size_t{1} << 17;

  void Add(uint64_t digest) {
    if ((digest & mask_) != 0 || !sample_.insert(digest).second) return;
    while (sample_.size() > kExact) {
      mask_ = mask_ << 1 | 1;
      absl::erase_if(sample_, [this](uint64_t kept) { return (kept & mask_) != 0; });
    }
  }

  uint64_t count() const { return sample_.size() * (mask_ + 1); }

 private:
  uint64_t mask_ = 0;
  absl::flat_hash_set<uint64_t> sample_;
};

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_DISTINCT_H_
