// scheduler/host/interrupts.h
//
// Interrupt lines of the machine on host threads. Handlers run on the devices' thread.
#ifndef DRYDOCK_SCHEDULER_HOST_INTERRUPTS_H_
#define DRYDOCK_SCHEDULER_HOST_INTERRUPTS_H_

#include <array>
#include <atomic>
#include <cstdint>

#include "scheduler/host/futex.h"
#include "scheduler/kernel/interrupt.h"

namespace drydock::host {

class Interrupts {
 public:
  void Install(int line, kernel::Trigger trigger, kernel::InterruptHandler handler, void* target);
  void SetMasked(int line, bool masked);
  bool IsMasked(int line);
  // True if that is news.
  bool Raise(int line);
  bool Lower(int line);
  bool active(int line) const { return lines_[static_cast<size_t>(line)].active.load(); }

  // On the devices' thread: runs the handler of a deliverable line; false if there is none.
  bool DeliverOne();
  bool AnyDeliverable();

 private:
  struct Line {
    kernel::Trigger trigger = kernel::Trigger::kEdge;
    kernel::InterruptHandler handler = nullptr;
    void* target = nullptr;
    bool masked = true;
    bool raised = false;
    std::atomic<bool> active{false};  // its handler runs
    int in_a_row = 0;                 // how often it was still raised when its handler returned

    bool deliverable() const { return raised && !masked && handler != nullptr; }
  };

  // With the lock held.
  Line* FindDeliverable();
  Line& line(int index) { return lines_[static_cast<size_t>(index)]; }

  RawLock lock_;  // guards the lines
  std::array<Line, kernel::kInterruptLines> lines_;
};

}  // namespace drydock::host

#endif  // DRYDOCK_SCHEDULER_HOST_INTERRUPTS_H_
