// scheduler/sim/context.h
//
// Where the running code is: on which CPU, as which thread, at what time; and the events it
// publishes, which carry all of that.
#ifndef DRYDOCK_SCHEDULER_SIM_CONTEXT_H_
#define DRYDOCK_SCHEDULER_SIM_CONTEXT_H_

#include <algorithm>

#include "scheduler/sim/cpu.h"
#include "trace/event.h"
#include "trace/observer.h"

namespace drydock::sim {

class Context {
 public:
  // The CPU; null in the outside world.
  Cpu* cpu() const { return cpu_; }
  // The thread; in interrupt context the one that was interrupted, or null if the CPU was idle.
  // Null in the outside world.
  kernel::Thread* self() const { return self_; }
  bool in_interrupt() const { return cpu_ != nullptr && cpu_->in_interrupt; }
  // Virtual time, in ns since boot: on a CPU that CPU's clock.
  kernel::Time Now() const { return cpu_ != nullptr ? cpu_->clock : now_; }

  // The time of the latest step: no step from here on happens earlier.
  kernel::Time now() const { return now_; }
  void AdvanceTo(kernel::Time time) { now_ = std::max(now_, time); }

  // What the running code does when it next steps. On a CPU.
  kernel::Operation& pending() const { return *pending_; }

  void Enter(Cpu& cpu) {
    cpu_ = &cpu;
    self_ = cpu.thread;
    pending_ = &cpu.pending();
  }
  void EnterOutside() {
    cpu_ = nullptr;
    self_ = nullptr;
  }

  // The frame of the code whose event is being shown to observers; null while none is.
  const void* event_frame() const { return event_frame_; }

  // Publishes an event of the running code.
  void Emit(trace::Event event) const;
  void Emit(trace::EventKind kind, uint32_t other, uint64_t value, kernel::ObjectId object = 0,
            const char* name = "", const char* detail = "") const {
    if (!trace::Observed(kind)) return;
    trace::Event event;
    event.kind = kind;
    event.other = other;
    event.value = value;
    event.object = object;
    event.name = name;
    event.detail = detail;
    Emit(event);
  }

 private:
  kernel::Time now_ = 0;
  Cpu* cpu_ = nullptr;
  kernel::Thread* self_ = nullptr;
  kernel::Operation* pending_ = nullptr;
  mutable const void* event_frame_ = nullptr;
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_CONTEXT_H_
