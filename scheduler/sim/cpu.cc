// The accounts of a simulated CPU's time.
#include "scheduler/sim/cpu.h"

#include <algorithm>

namespace drydock::sim {

using kernel::Time;

void Cpu::MoveTo(Time time) {
  if (time >= clock) {
    if (thread == nullptr) spent.idle += time - clock;
  } else if (thread != nullptr) {
    thread->remaining_cost += clock - time;
    if (charged_until > time) {
      const Time unused = charged_until - time;
      charged_until = time;
      spent.threads -= unused;
      thread->quantum_left += unused;
      Scheduler::Refund(*thread, unused);
    }
  } else {
    return;  // it became idle later than that
  }
  clock = time;
}

void Cpu::Bill(const Scheduler& scheduler) {
  const Time until = in_interrupt ? interrupt_began : clock;
  if (until <= charged_until) return;
  const Time used = until - charged_until;
  charged_until = until;
  spent.threads += used;
  thread->quantum_left -= std::min(used, thread->quantum_left);
  scheduler.Bill(*thread, used);
}

}  // namespace drydock::sim
