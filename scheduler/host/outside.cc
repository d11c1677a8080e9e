// The outside world of the host kernel (scheduler/kernel/outside.h).
#include "scheduler/kernel/outside.h"

#include <algorithm>

#include "scheduler/host/machine.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/panic.h"

namespace drydock::kernel {

using host::machine;

OutsideHandle OutsideSchedule(Time when, const char*, ObjectId object, OutsideFunction function,
                              void* argument) {
  if (machine == nullptr) Panic("OutsideSchedule with no run in progress");
  ChoicePoint(OperationKind::kSubmit, object);
  const OutsideHandle handle = machine->devices().NewHandle();
  machine->devices().Schedule(handle, machine->HostTime(std::max(when, machine->Now())),
                              [function, argument](host::DeadlineThread::Handle due) {
                                host::Happen(due, function, argument);
                              });
  return handle;
}

OutsideHandle OutsideScheduleAtBlock(Thread* thread, const char*, ObjectId object,
                                     OutsideFunction function, void* argument) {
  if (machine == nullptr) Panic("OutsideScheduleAtBlock with no run in progress");
  ChoicePoint(OperationKind::kSubmit, object);
  const OutsideHandle handle = machine->devices().NewHandle();
  machine->outside().Add({handle, thread, 0, function, argument});
  return handle;
}

// Choice points are counted only while an event waits for one: a counter shared by all threads
// would dominate what benchmarks measure.
OutsideHandle OutsideScheduleAtChoicePoint(uint64_t number, const char*, ObjectId object,
                                           OutsideFunction function, void* argument) {
  if (machine == nullptr) Panic("OutsideScheduleAtChoicePoint with no run in progress");
  ChoicePoint(OperationKind::kSubmit, object);
  const OutsideHandle handle = machine->devices().NewHandle();
  machine->outside().Add({handle, nullptr, std::max<uint64_t>(number, 1), function, argument});
  return handle;
}

bool OutsideCancel(OutsideHandle handle) {
  if (machine == nullptr) return false;
  ChoicePoint(OperationKind::kSubmit, 0);
  return machine->outside().Remove(handle) || machine->devices().Cancel(handle);
}

}  // namespace drydock::kernel
