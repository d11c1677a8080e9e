// The interrupt lines of the host kernel, delivered by the devices' thread.
#include "scheduler/host/interrupts.h"

#include "absl/strings/str_cat.h"
#include "scheduler/host/machine.h"
#include "scheduler/kernel/panic.h"
#include "trace/names.h"

namespace drydock::host {

void Interrupts::Install(int index, kernel::Trigger trigger, kernel::InterruptHandler handler,
                         void* target) {
  const Locked locked(&lock_);
  Line& l = line(index);
  l.trigger = trigger;
  l.handler = handler;
  l.target = target;
  l.masked = true;
  if (handler == nullptr) l.raised = false;
}

void Interrupts::SetMasked(int index, bool masked) {
  {
    const Locked locked(&lock_);
    line(index).masked = masked;
    if (!line(index).deliverable()) return;
  }
  machine->devices().Kick();
}

bool Interrupts::IsMasked(int index) {
  const Locked locked(&lock_);
  return line(index).masked;
}

bool Interrupts::Raise(int index) {
  bool news;
  {
    const Locked locked(&lock_);
    news = !line(index).raised;
    line(index).raised = true;
    if (!line(index).deliverable()) return news;
  }
  machine->devices().Kick();
  return news;
}

bool Interrupts::Lower(int index) {
  const Locked locked(&lock_);
  const bool news = line(index).raised;
  line(index).raised = false;
  return news;
}

Interrupts::Line* Interrupts::FindDeliverable() {
  for (Line& l : lines_) {
    if (l.deliverable() && !l.active.load(std::memory_order_relaxed)) return &l;
  }
  return nullptr;
}

bool Interrupts::AnyDeliverable() {
  const Locked locked(&lock_);
  return FindDeliverable() != nullptr;
}

bool Interrupts::DeliverOne() {
  constexpr int kStorm = 10'000;
  Line* l;
  kernel::InterruptHandler handler;
  void* target;
  {
    const Locked locked(&lock_);
    l = FindDeliverable();
    if (l == nullptr) return false;
    l->active.store(true);
    if (l->trigger == kernel::Trigger::kEdge) l->raised = false;
    handler = l->handler;
    target = l->target;
  }
  const int index = static_cast<int>(l - lines_.data());
  context.in_interrupt = true;
  context.line = index;
  context.claimed = true;
  machine->Emit(EventKind::kInterruptBegin, 0, static_cast<uint64_t>(index));
  handler(target, index);
  machine->Emit(EventKind::kInterruptEnd, 0, static_cast<uint64_t>(index));
  context.in_interrupt = false;
  bool storm;
  {
    const Locked locked(&lock_);
    l->active.store(false);
    l->in_a_row = l->raised && !l->masked ? l->in_a_row + 1 : 0;
    storm = l->in_a_row >= kStorm;
  }
  if (storm) {
    const char* sentence = trace::Intern(
        absl::StrCat("interrupt line ", index, " was raised again ", kStorm,
                     " times in a row when its handler returned: it does not quiet the device"));
    kernel::Misuse("interrupt-storm", sentence);
    machine->Stop(Outcome::Kind::kEndless, sentence);
  }
  return true;
}

}  // namespace drydock::host
