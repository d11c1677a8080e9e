// verify/vector_clock.h
//
// Vector clocks: how much of each actor's past one of them knows.
#ifndef DRYDOCK_VERIFY_VECTOR_CLOCK_H_
#define DRYDOCK_VERIFY_VECTOR_CLOCK_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace drydock::verify {

class VectorClock {
 public:
  // How far `actor`'s past is known; actors count from 0.
  uint32_t operator[](size_t actor) const { return actor < times_.size() ? times_[actor] : 0; }

  void Tick(size_t actor) {
    if (actor >= times_.size()) times_.resize(actor + 1);
    ++times_[actor];
  }

  // Knows from now on what `other` knows.
  void Join(const VectorClock& other) {
    if (other.times_.size() > times_.size()) times_.resize(other.times_.size());
    for (size_t i = 0; i < other.times_.size(); ++i) {
      times_[i] = std::max(times_[i], other.times_[i]);
    }
  }

 private:
  std::vector<uint32_t> times_;
};

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_VECTOR_CLOCK_H_
