// scenario/state_trigger.h
//
// Calls a function once when a thread of the scenario is in a state.
//
// The thread reports the beginning and the end of its calls to its ScriptedThread. The trigger
// fires in the outside world: at full speed at the moment when the thread enters the state. An
// exploring strategy may let other threads run first; the trigger then fires at a later moment when
// the thread is blocked in the call, or, for a state without "blocked", perhaps just after the
// call.
#ifndef DRYDOCK_SCENARIO_STATE_TRIGGER_H_
#define DRYDOCK_SCENARIO_STATE_TRIGGER_H_

#include <vector>

#include "scenario/scenario.h"
#include "scheduler/kernel/outside.h"
#include "scheduler/kernel/thread.h"

namespace drydock {

class StateTrigger;

// The state of one of the scenario's threads, and the triggers that wait for it. Owned by the run;
// written by the thread itself.
struct ScriptedThread {
  kernel::Thread* thread = nullptr;  // null before it is started
  Scenario::Verb verb = Scenario::Verb::kNone;
  bool ended = false;
  std::vector<StateTrigger*> triggers;

  // The thread begins a step.
  void Enter(Scenario::Verb entered);
  // The thread has finished a step and goes on with the one around it; kNone if there is none.
  void Leave(Scenario::Verb outer);
  // The thread has finished its last step.
  void End();
};

class StateTrigger {
 public:
  // Calls fire(context) in the outside world. With `at_end` also if the thread ends without having
  // been in the state; then on that thread, or on the one that calls Watch(). `thread` must outlive
  // the run.
  StateTrigger(ScriptedThread* thread, const Scenario::State& state, bool at_end,
               kernel::OutsideFunction fire, void* context)
      : thread_(thread), state_(state), at_end_(at_end), fire_(fire), context_(context) {}
  StateTrigger(const StateTrigger&) = delete;
  StateTrigger& operator=(const StateTrigger&) = delete;

  // Begins to watch the thread. To be called once, in thread context.
  void Watch();
  // Stops watching. Without effect if the trigger has fired.
  void Cancel();

  bool fired() const { return fired_; }

 private:
  friend struct ScriptedThread;

  void Arm();
  void Disarm();
  void ThreadEnded();
  static void Happen(void* self);

  ScriptedThread* const thread_;
  const Scenario::State state_;
  const bool at_end_;
  const kernel::OutsideFunction fire_;
  void* const context_;
  bool watching_ = false;
  bool fired_ = false;
  kernel::OutsideHandle armed_ = 0;
};

}  // namespace drydock

#endif  // DRYDOCK_SCENARIO_STATE_TRIGGER_H_
