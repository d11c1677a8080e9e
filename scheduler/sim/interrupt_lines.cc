// The interrupt lines: delivery to a CPU, and the loop that runs handlers.
#include "absl/strings/str_cat.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/sim/machine.h"
#include "trace/names.h"

namespace drydock::sim {

using trace::EventKind;

void Machine::LineChanged(int index) {
  Line& line = this->line(index);
  uint64_t& word = deliverable_[index / 64];
  const uint64_t bit = uint64_t{1} << (index % 64);
  const bool was = (word & bit) != 0;
  if (line.deliverable() == was) return;
  word ^= bit;
  if (!was) line.since = Now();
  InvalidateChoices();
}

Cpu* Machine::InterruptibleCpu() {
  if (timeless_) return IdleCpu();
  Cpu* chosen = nullptr;
  for (Cpu& cpu : cpus_) {
    if (!cpu.interrupts_enabled || cpu.in_interrupt || cpu.stalled_on != nullptr) continue;
    if (cpu.thread == nullptr) return &cpu;
    if (chosen == nullptr || cpu.thread->priority < chosen->thread->priority) chosen = &cpu;
  }
  return chosen;
}

void Machine::Deliver(int index) {
  current_ = nullptr;
  self_ = nullptr;
  Cpu& cpu = *InterruptibleCpu();
  Line& line = this->line(index);
  line.active = true;
  if (line.trigger == kernel::Trigger::kEdge) line.raised = false;
  LineChanged(index);
  Interrupt(cpu, now_);
  cpu.in_interrupt = true;
  cpu.line = static_cast<int16_t>(index);
  cpu.claimed = true;
  cpu.interrupt_began = cpu.clock;
  cpu.clock += Cost(options_.costs.interrupt_entry_ns);
  cpu.interrupt_pending = {OperationKind::kInterrupt,
                           NameOf(kNamedLine, static_cast<ObjectId>(index))};
}

// Its handler has returned, and the line is still raised.
void Machine::CountStorm(Line& line, int index) {
  constexpr int kStorm = 1'000;
  if (++line.in_a_row < kStorm) return;
  const char* sentence = trace::Intern(
      absl::StrCat("interrupt line ", index, " was raised again ", kStorm,
                   " times in a row when its handler returned: nobody quiets the device"));
  kernel::Misuse("interrupt-storm", sentence);
  Stop(Outcome::Kind::kEndless, sentence);
}

void Machine::InterruptMain(void* argument) {
  Cpu& cpu = *static_cast<Cpu*>(argument);
  for (;;) {
    Line& line = machine->line(cpu.line);
    machine->Emit(EventKind::kInterruptBegin, 0, static_cast<uint64_t>(cpu.line));
    if (line.handler != nullptr) line.handler(line.target, cpu.line);
    machine->Emit(EventKind::kInterruptEnd, 0, static_cast<uint64_t>(cpu.line));
    if (line.raised && !line.masked) {
      machine->CountStorm(line, cpu.line);
    } else {
      line.in_a_row = 0;
    }
    machine->NoteEffect(OperationKind::kInterrupt,
                        machine->NameOf(kNamedLine, static_cast<ObjectId>(cpu.line)));
    line.active = false;
    cpu.in_interrupt = false;
    // The interrupted thread does not pay for it.
    cpu.charged_until += cpu.clock - cpu.interrupt_began;
    cpu.spent.interrupts += cpu.clock - cpu.interrupt_began;
    if (cpu.thread != nullptr) Repay(cpu);
    machine->LineChanged(cpu.line);
    machine->Release(&line);
    machine->InvalidateChoices();
    machine->RunNext();
  }
}

}  // namespace drydock::sim
