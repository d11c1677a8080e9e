// scenario/state_trigger.h
//
// Something that is to happen while a thread of the scenario is in a state.
//
// The thread says where it is (ScriptedThread); a trigger fires once, in the outside world. At full
// speed that is at the moment the thread comes into the state. An exploring strategy may let others
// go first: then it fires at a later moment when the thread is blocked in the call, or, if being in
// the call is all that is asked, perhaps when it has just left.
#ifndef DRYDOCK_SCENARIO_STATE_TRIGGER_H_
#define DRYDOCK_SCENARIO_STATE_TRIGGER_H_

#include <vector>

#include "scenario/scenario.h"
#include "scheduler/kernel/outside.h"
#include "scheduler/kernel/thread.h"

namespace drydock {

class StateTrigger;

// What triggers know of a thread.
struct ScriptedThread {
  kernel::Thread* thread = nullptr;  // once it has been started
  Scenario::Verb verb = Scenario::Verb::kNone;
  bool ended = false;
  std::vector<StateTrigger*> triggers;

  // Called by the thread itself, around what it does, and when it has nothing more to do.
  void Enter(Scenario::Verb entered);
  // `outer` is what it was doing, and goes on with.
  void Leave(Scenario::Verb outer);
  void End();
};

class StateTrigger {
 public:
  // With `at_end` it also fires, in whatever context, when the thread ends without having been in
  // the state. The actor must outlive the run.
  StateTrigger(ScriptedThread* thread, const Scenario::State& state, bool at_end,
               kernel::OutsideFunction fire, void* context)
      : thread_(thread), state_(state), at_end_(at_end), fire_(fire), context_(context) {}
  StateTrigger(const StateTrigger&) = delete;
  StateTrigger& operator=(const StateTrigger&) = delete;

  // From now on. Thread context.
  void Watch();
  // Takes it back, if it has not fired.
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
