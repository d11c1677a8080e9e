// bench/gate/histogram.h
//
// A histogram of latencies in ns, whose bins are about a sixteenth of their values wide. Not
// thread-safe.
#ifndef DRYDOCK_BENCH_GATE_HISTOGRAM_H_
#define DRYDOCK_BENCH_GATE_HISTOGRAM_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace drydock::bench {

class Histogram {
 public:
  void Add(uint64_t ns) {
    ++bins_[BinOf(ns)];
    ++count_;
    longest_ = std::max(longest_, ns);
  }
  void Add(const Histogram& other) {
    for (size_t i = 0; i < bins_.size(); ++i) bins_[i] += other.bins_[i];
    count_ += other.count_;
    longest_ = std::max(longest_, other.longest_);
  }

  uint64_t count() const { return count_; }
  uint64_t longest() const { return longest_; }
  // The value that `permille` in a thousand did not exceed, at most a sixteenth too large; 0 if the
  // histogram is empty.
  uint64_t Permille(uint64_t permille) const {
    const uint64_t rank = (count_ * permille + 999) / 1000;
    uint64_t seen = 0;
    for (size_t i = 0; i < bins_.size(); ++i) {
      seen += bins_[i];
      if (seen >= rank && seen > 0) return std::min(UpperEnd(i), longest_);
    }
    return longest_;
  }

 private:
  static constexpr int kSteps = 16;  // bins to each doubling

  static size_t BinOf(uint64_t ns) {
    if (ns < kSteps) return ns;
    const int doubling = std::bit_width(ns) - 5;
    return static_cast<size_t>(doubling) * kSteps + (ns >> doubling);
  }
  static uint64_t UpperEnd(size_t bin) {
    if (bin < 2 * kSteps) return bin;
    const size_t doubling = bin / kSteps - 1;
    return ((bin - doubling * kSteps + 1) << doubling) - 1;
  }

  std::array<uint64_t, 61 * kSteps> bins_ = {};
  uint64_t count_ = 0;
  uint64_t longest_ = 0;
};

}  // namespace drydock::bench

#endif  // DRYDOCK_BENCH_GATE_HISTOGRAM_H_
