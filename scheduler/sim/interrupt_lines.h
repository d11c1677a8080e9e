// scheduler/sim/interrupt_lines.h
//
// The state of the interrupt lines: which are raised, masked, being handled, and so which can be
// delivered. The machine delivers them.
#ifndef DRYDOCK_SCHEDULER_SIM_INTERRUPT_LINES_H_
#define DRYDOCK_SCHEDULER_SIM_INTERRUPT_LINES_H_

#include <array>
#include <memory>

#include "absl/numeric/bits.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/sim/pool.h"

namespace drydock::sim {

// One past the lines that drivers see: the CPUs' own timer.
inline constexpr int kTimerLine = kernel::kInterruptLines;

struct Line {
  kernel::Trigger trigger = kernel::Trigger::kEdge;
  kernel::InterruptHandler handler = nullptr;
  void* target = nullptr;
  bool masked = true;
  bool raised = false;
  bool active = false;     // its handler runs on some CPU
  kernel::Time since = 0;  // when it became deliverable
  int in_a_row = 0;        // how often it was still raised when its handler returned

  bool deliverable() const { return raised && !masked && !active && handler != nullptr; }
};

// Invariant: the bitmap has the deliverable lines, as of the last Update of each.
class InterruptLines {
 public:
  // Lines 0..127 and kTimerLine. The reference stays valid until the run ends.
  Line& operator[](int index) {
    if (index == kTimerLine) return timer_line_;
    if (lines_ == nullptr) lines_ = std::make_unique<Lines>();
    return lines_->all[static_cast<size_t>(index)];
  }

  // Recomputes whether the line can be delivered, after a change of it at `now`. Returns whether
  // that has changed.
  bool Update(int index, kernel::Time now);

  bool any_deliverable() const {
    return (deliverable_[0] | deliverable_[1] | deliverable_[2]) != 0;
  }

  // Calls `visit(index, line)` for each line that can be delivered, in order.
  template <typename Visit>
  void VisitDeliverable(Visit visit) {
    for (size_t word = 0; word < deliverable_.size(); ++word) {
      for (uint64_t bits = deliverable_[word]; bits != 0; bits &= bits - 1) {
        const int index = static_cast<int>(word * 64) + absl::countr_zero(bits);
        visit(index, (*this)[index]);
      }
    }
  }

 private:
  struct Lines : Recycled<Lines> {
    std::array<Line, kTimerLine> all;
  };
  std::unique_ptr<Lines> lines_;  // made when one is first asked for
  Line timer_line_;
  std::array<uint64_t, 3> deliverable_ = {};  // bitmap over lines
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_INTERRUPT_LINES_H_
