// The clock, and the outside world.
#include "scheduler/kernel/outside.h"

#include <algorithm>

#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/memory.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/wait.h"
#include "scheduler/sim/machine.h"

namespace drydock::kernel {

using sim::machine;
using sim::OutsideEvent;

Time Now() {
  if (machine == nullptr) return 0;
  // Those who set the clock forward do not conflict with each other, but with who reads it.
  machine->NoteEffect(OperationKind::kWrite, machine->NameOf(sim::kNamedClock));
  return machine->Now();
}

void Delay(Time interval) {
  if (machine == nullptr || machine->cpu() == nullptr) return;
  // In slices, so that others can step in, ever longer ones; but as far as nothing else happens.
  constexpr Time kLongest = kMillisecond;
  Time slice = 10 * kMicrosecond;
  while (interval > 0) {
    const Time now = machine->Now();
    const Time quiet_until = machine->QuietUntil();
    const Time quiet = quiet_until > now ? quiet_until - now : 0;
    const Time step = std::min({interval, std::max(slice, quiet), machine->QuantumLeft()});
    machine->cpu()->clock += step;
    interval -= step;
    slice = std::min(2 * slice, kLongest);
    machine->Step(OperationKind::kDelay, machine->NameOf(sim::kNamedClock));
  }
}

void Sleep(Time interval) {
  // Nobody wakes it, and no other thread ever has it for its event.
  const Thread* self = CurrentThread();
  const void* event = self != nullptr ? static_cast<const void*>(&self->timeout) : &machine;
  const Time now = machine != nullptr ? machine->Now() : 0;
  AssertWait(event, Interruptible::kUninterruptible,
             SaturatingAdd(now, std::max<Time>(interval, 1)), {"sleeps", "", 0, nullptr});
  ThreadBlock();
}

OutsideHandle OutsideSchedule(Time when, const char* what, ObjectId object,
                              OutsideFunction function, void* context) {
  if (machine == nullptr) Panic("OutsideSchedule with no run in progress");
  ChoicePoint(OperationKind::kSubmit, object);
  HandOver(kOutsideWorld);
  OutsideEvent* event = machine->outside().Make(what, function, context);
  event->deadline.operation = {OperationKind::kOutside, object};
  machine->deadlines().Insert(&event->deadline, std::max(when, machine->Now()));
  machine->InvalidateChoices();
  return event->handle;
}

OutsideHandle OutsideScheduleAtBlock(Thread* thread, const char* what, ObjectId object,
                                     OutsideFunction function, void* context) {
  if (machine == nullptr) Panic("OutsideScheduleAtBlock with no run in progress");
  ChoicePoint(OperationKind::kSubmit, object);
  HandOver(kOutsideWorld);
  OutsideEvent* event = machine->outside().Make(what, function, context);
  event->deadline.operation = {OperationKind::kOutside, object};
  event->at_block_of = thread;
  machine->AddTrigger(event);
  return event->handle;
}

OutsideHandle OutsideScheduleAtChoicePoint(uint64_t number, const char* what, ObjectId object,
                                           OutsideFunction function, void* context) {
  if (machine == nullptr) Panic("OutsideScheduleAtChoicePoint with no run in progress");
  ChoicePoint(OperationKind::kSubmit, object);
  HandOver(kOutsideWorld);
  OutsideEvent* event = machine->outside().Make(what, function, context);
  event->deadline.operation = {OperationKind::kOutside, object};
  event->at_choice_point = std::max<uint64_t>(number, 1);
  machine->AddTrigger(event);
  return event->handle;
}

Time OutsideUntil() { return machine == nullptr ? 0 : machine->outside().Until(); }

bool OutsideCancel(OutsideHandle handle) {
  if (machine == nullptr) return false;
  ChoicePoint(OperationKind::kSubmit, 0);
  OutsideEvent* event = machine->outside().Find(handle);
  if (event == nullptr) return false;
  machine->deadlines().Remove(&event->deadline);
  machine->RemoveTrigger(event);
  machine->outside().Recycle(event);
  machine->InvalidateChoices();
  return true;
}

}  // namespace drydock::kernel
