// The bitmap of deliverable interrupt lines.
#include "scheduler/sim/interrupt_lines.h"

namespace drydock::sim {

bool InterruptLines::Update(int index, kernel::Time now) {
  Line& line = (*this)[index];
  uint64_t& word = deliverable_[static_cast<size_t>(index) / 64];
  const uint64_t bit = uint64_t{1} << (index % 64);
  const bool was = (word & bit) != 0;
  if (line.deliverable() == was) return false;
  word ^= bit;
  if (!was) line.since = now;
  return true;
}

}  // namespace drydock::sim
