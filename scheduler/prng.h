// scheduler/prng.h
//
// The one source of randomness. Written out here, not taken from a library, so that a seed means
// the same numbers on every compiler and in every later version.
#ifndef DRYDOCK_SCHEDULER_PRNG_H_
#define DRYDOCK_SCHEDULER_PRNG_H_

#include <cstdint>

#include "absl/numeric/int128.h"
#include "absl/strings/string_view.h"
#include "trace/digest.h"

namespace drydock {

// splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014).
class Prng {
 public:
  // The substream `name` of `seed`: streams of different names are independent, so that a new
  // consumer of randomness does not shift the numbers of the others.
  Prng(uint64_t seed, absl::string_view name)
      : state_(trace::Fnv1a(name, seed ^ trace::kFnvOffset)), next_(Draw()) {}

  // Each number is computed one call ahead, because the next branch of the host's CPU often depends
  // on it.
  uint64_t Next() {
    const uint64_t next = next_;
    next_ = Draw();
    return next;
  }

  // Uniform in [0, bound) for bound > 0, up to a bias of bound / 2^64.
  uint64_t Below(uint64_t bound) { return absl::Uint128High64(absl::uint128(Next()) * bound); }

 private:
  uint64_t Draw() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  uint64_t state_;
  uint64_t next_;
};

}  // namespace drydock

#endif  // DRYDOCK_SCHEDULER_PRNG_H_
