// Arms a trigger with the outside world whenever its thread enters the call that it waits for.
#include "scenario/state_trigger.h"

#include "scheduler/kernel/clock.h"

namespace drydock {
namespace {

constexpr const char* kWhat = "while a thread is in a state";

}  // namespace

void ScriptedThread::Enter(Scenario::Verb entered) {
  verb = entered;
  // By index: Arm() may run other threads, which may add triggers.
  for (size_t i = 0; i < triggers.size(); ++i) triggers[i]->Arm();
}

void ScriptedThread::Leave(Scenario::Verb outer) {
  verb = outer;
  for (size_t i = 0; i < triggers.size(); ++i) {
    if (triggers[i]->state_.blocked) triggers[i]->Disarm();
  }
}

void ScriptedThread::End() {
  ended = true;
  for (size_t i = 0; i < triggers.size(); ++i) triggers[i]->ThreadEnded();
}

void StateTrigger::Watch() {
  watching_ = true;
  thread_->triggers.push_back(this);
  if (thread_->ended) {
    ThreadEnded();
  } else {
    Arm();
  }
}

void StateTrigger::Cancel() {
  watching_ = false;
  Disarm();
}

void StateTrigger::Arm() {
  if (!watching_ || fired_ || armed_ != 0 || thread_->verb != state_.verb) return;
  if (state_.blocked) {
    armed_ = kernel::OutsideScheduleAtBlock(thread_->thread, kWhat, 0, &Happen, this);
    // The thread may be blocked already and never block again: fire at once then.
    if (!kernel::ThreadIsBlocked(thread_->thread) || !kernel::OutsideCancel(armed_)) return;
  }
  armed_ = kernel::OutsideSchedule(kernel::Now(), kWhat, 0, &Happen, this);
}

void StateTrigger::Disarm() {
  if (armed_ == 0) return;
  kernel::OutsideCancel(armed_);
  armed_ = 0;
}

void StateTrigger::ThreadEnded() {
  if (!watching_ || fired_ || !at_end_) return;
  fired_ = true;
  fire_(context_);
}

void StateTrigger::Happen(void* argument) {
  auto* self = static_cast<StateTrigger*>(argument);
  self->armed_ = 0;
  if (!self->watching_ || self->fired_) return;
  if (self->state_.blocked) {
    if (self->thread_->verb != self->state_.verb) return;
    if (!kernel::ThreadIsBlocked(self->thread_->thread)) {
      self->Arm();  // another thread ran first and woke it: wait for the next time
      return;
    }
  }
  self->fired_ = true;
  self->fire_(self->context_);
}

}  // namespace drydock
