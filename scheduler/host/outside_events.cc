// The clock, and the outside world.
#include "scheduler/host/outside_events.h"

#include <algorithm>

#include "scheduler/host/machine.h"
#include "scheduler/kernel/atomic_section.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/spin.h"

namespace drydock::host {

void Happen(DeadlineThread::Handle handle, kernel::OutsideFunction function, void* argument) {
  const kernel::AtomicSection section;
  // Somebody may have taken it back while this waited for the section.
  if (machine->devices().Begin(handle)) function(argument);
}

void OutsideEvents::Add(const Trigger& trigger) {
  const Locked locked(&lock_);
  triggers_.push_back(trigger);
  triggers_pending_.store(static_cast<uint32_t>(triggers_.size()));
}

bool OutsideEvents::AwaitsChoicePoint() {
  const Locked locked(&lock_);
  return std::any_of(triggers_.begin(), triggers_.end(),
                     [](const Trigger& trigger) { return trigger.at_block_of == nullptr; });
}

bool OutsideEvents::Remove(DeadlineThread::Handle handle) {
  const Locked locked(&lock_);
  const bool had = std::erase_if(triggers_, [handle](const Trigger& trigger) {
                     return trigger.handle == handle;
                   }) > 0;
  triggers_pending_.store(static_cast<uint32_t>(triggers_.size()));
  return had;
}

void OutsideEvents::Pull(const kernel::Thread* thread) {
  const Locked locked(&lock_);
  if (thread == nullptr) ++choice_points_;
  std::erase_if(triggers_, [this, thread](const Trigger& trigger) {
    const bool due = trigger.at_block_of != nullptr ? trigger.at_block_of == thread
                                                    : trigger.at_choice_point <= choice_points_;
    if (due) {
      machine->devices().Schedule(
          trigger.handle, HostNow(),
          [function = trigger.function, argument = trigger.context](DeadlineThread::Handle due) {
            Happen(due, function, argument);
          });
    }
    return due;
  });
  triggers_pending_.store(static_cast<uint32_t>(triggers_.size()));
}

}  // namespace drydock::host

namespace drydock::kernel {

using host::context;
using host::machine;

Time Now() { return machine == nullptr ? 0 : machine->Now(); }

void Delay(Time interval) {
  if (machine == nullptr) return;
  const Time until = SaturatingAdd(machine->Now(), interval);
  while (machine->Now() < until) {
    ChoicePoint(OperationKind::kDelay, 0);
    SpinPause();
  }
}

void Sleep(Time interval) {
  const char* address = nullptr;
  AssertWait(&address, Interruptible::kUninterruptible,
             SaturatingAdd(Now(), std::max<Time>(interval, 1)), {"sleeps", "", 0, nullptr});
  ThreadBlock();
}

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

// Choice points are counted only while somebody waits for one: a counter that all threads share
// would be what is measured.
OutsideHandle OutsideScheduleAtChoicePoint(uint64_t number, const char*, ObjectId object,
                                           OutsideFunction function, void* argument) {
  if (machine == nullptr) Panic("OutsideScheduleAtChoicePoint with no run in progress");
  ChoicePoint(OperationKind::kSubmit, object);
  const OutsideHandle handle = machine->devices().NewHandle();
  machine->outside().Add({handle, nullptr, std::max<uint64_t>(number, 1), function, argument});
  return handle;
}

Time OutsideUntil() {
  if (machine == nullptr) return 0;
  if (machine->outside().AwaitsChoicePoint()) return kNever;
  return machine->TimeOfHost(machine->devices().Last());
}

bool OutsideCancel(OutsideHandle handle) {
  if (machine == nullptr) return false;
  ChoicePoint(OperationKind::kSubmit, 0);
  return machine->outside().Remove(handle) || machine->devices().Cancel(handle);
}

}  // namespace drydock::kernel
