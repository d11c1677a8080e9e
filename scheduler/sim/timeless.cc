// The machine without time: what strategies that enumerate orders ask for (Strategy::timeless).
//
// Where time orders things, what may come next depends on what everything before has cost, and no
// two steps commute. Without it two steps that touch different things do, which is what searches of
// all orders live by; and they are told of everything a step touches.
#include <algorithm>

#include "scheduler/sim/machine.h"

namespace drydock::sim {

MachineOptions Timeless(const MachineOptions& options) {
  MachineOptions timeless = options;
  timeless.costs.operation_ns.fill(0);
  timeless.costs.context_switch_ns = 0;
  timeless.costs.interrupt_entry_ns = 0;
  timeless.costs.quantum_ns = kNever / 2;
  timeless.costs.jitter_percent = 0;
  timeless.horizon_ns = kNever;
  // Memory that only one thread has touched so far may be touched by others in other orders.
  timeless.accesses = kernel::AccessChoices::kAll;
  return timeless;
}

ObjectId Machine::NameOfAddress(const void* address) {
  const auto next = static_cast<ObjectId>(kNamedAddress | addresses_.size());
  return addresses_.try_emplace(address, next).first->second;
}

Cpu* Machine::IdleCpu() {
  for (Cpu& cpu : cpus_) {
    if (!cpu.busy()) return &cpu;
  }
  // The vector has room for all there can be.
  if (!timeless_ || cpus_.size() == kMaxCpus) return nullptr;
  Cpu& cpu = cpus_.emplace_back();
  cpu.index = static_cast<int16_t>(cpus_.size() - 1);
  cpu.clock = now_;
  return &cpu;
}

bool Machine::MustWait(const Cpu& cpu) const {
  const OperationKind kind =
      cpu.in_interrupt ? cpu.interrupt_pending.kind : cpu.thread->pending.kind;
  switch (kind) {
    case OperationKind::kBlock:
      // Unless something is to happen when it blocks.
      return *cpu.thread->guard &&
             std::none_of(triggers_.begin(), triggers_.end(), [&cpu](const OutsideEvent* event) {
               return event->at_block_of == cpu.thread;
             });
    case OperationKind::kLock:
    case OperationKind::kSpinLock:
    case OperationKind::kJoin:
      return *(cpu.in_interrupt ? cpu.guard : cpu.thread->guard);
    default:
      return false;
  }
}

}  // namespace drydock::sim
