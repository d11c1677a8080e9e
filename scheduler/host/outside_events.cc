// Outside events that wait for a thread to block or for a choice point.
#include "scheduler/host/outside_events.h"

#include <algorithm>

#include "scheduler/host/machine.h"
#include "scheduler/kernel/atomic_section.h"

namespace drydock::host {

void Happen(DeadlineThread::Handle handle, kernel::OutsideFunction function, void* argument) {
  const kernel::AtomicSection section;
  // It may have been cancelled while this thread waited for the section.
  if (machine->devices().Begin(handle)) function(argument);
}

void OutsideEvents::Add(const Trigger& trigger) {
  const Locked locked(&lock_);
  triggers_.push_back(trigger);
  triggers_pending_.store(static_cast<uint32_t>(triggers_.size()));
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
