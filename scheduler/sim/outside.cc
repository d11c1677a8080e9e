// The outside world of the simulated kernel (scheduler/kernel/outside.h).
#include "scheduler/kernel/outside.h"

#include <algorithm>

#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/memory.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/sim/machine.h"
#include "trace/event_values.h"

namespace drydock::kernel {

using sim::machine;
using sim::OutsideEvent;

OutsideHandle OutsideSchedule(Time when, const char* what, ObjectId object,
                              OutsideFunction function, void* context) {
  if (machine == nullptr) Panic("OutsideSchedule with no run in progress");
  ChoicePoint(OperationKind::kSubmit, object);
  HandOver(kOutsideWorld);
  OutsideEvent* event = machine->outside().Make(what, function, context);
  event->deadline.operation = {OperationKind::kOutside, object};
  machine->deadlines().Insert(&event->deadline, std::max(when, machine->Now()));
  machine->EmitPlan(*event, event->deadline.when);
  machine->chooser().Invalidate();
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
  machine->outside().AddTrigger(event);
  machine->chooser().Invalidate();
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
  machine->EmitPlan(*event, trace::kAtChoicePoint);
  machine->outside().AddTrigger(event);
  machine->chooser().Invalidate();
  return event->handle;
}

bool OutsideCancel(OutsideHandle handle) {
  if (machine == nullptr) return false;
  ChoicePoint(OperationKind::kSubmit, 0);
  OutsideEvent* event = machine->outside().Find(handle);
  if (event == nullptr) return false;
  machine->Emit(trace::EventKind::kOutsideDone, event->number(), 0);
  machine->deadlines().Remove(&event->deadline);
  machine->outside().RemoveTrigger(event);
  machine->outside().Recycle(event);
  machine->chooser().Invalidate();
  return true;
}

}  // namespace drydock::kernel
