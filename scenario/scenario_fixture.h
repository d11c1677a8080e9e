// scenario/scenario_fixture.h
//
// What a scenario's threads work with beside USB devices: locks, semaphores, work loops, and
// devices that do nothing but interrupt.
#ifndef DRYDOCK_SCENARIO_SCENARIO_FIXTURE_H_
#define DRYDOCK_SCENARIO_SCENARIO_FIXTURE_H_

#include <vector>

#include <IOKit/IOCommandGate.h>
#include <IOKit/IOService.h>
#include <IOKit/IOWorkLoop.h>

#include "absl/functional/function_ref.h"
#include "scenario/scenario.h"
#include "scheduler/kernel/lock.h"

namespace drydock {

class ScenarioFixture {
 public:
  // The scenario must outlive the run.
  explicit ScenarioFixture(const Scenario& scenario);

  // Makes it all; the interrupt devices start below `platform`. On a thread.
  void Start(IOService* platform);
  // Lets go of it. What devices hold lives until they do. On a thread.
  void Stop();

  // Does a step of the machine: kCompute, kSleep, kLock, kUnlock, kSignal, kWait, or kGate and
  // kFunnel, whose steps `nested` does. On a thread.
  void Do(const Scenario::Step& step, absl::FunctionRef<void(const Scenario::Step&)> nested);
  // The steps of an action, in order.
  void DoAction(const std::vector<Scenario::Step>& steps);
  // Calls `round` as often as a kRepeat says; returns how often.
  static uint64_t Repeat(const Scenario::Step& step, absl::FunctionRef<void()> round);

  IOWorkLoop* work_loop(size_t index) const { return loops_[index].loop; }

  // How often the interrupt's action has run.
  void CountAction(size_t interrupt) { ++actions_[interrupt]; }
  uint64_t actions(size_t interrupt) const { return actions_[interrupt]; }

 private:
  struct Semaphore {
    const char* name;
    uint64_t count = 0;
  };
  struct Loop {
    IOWorkLoop* loop = nullptr;     // retained
    IOCommandGate* gate = nullptr;  // retained
  };

  void DoInAction(const Scenario::Step& step);
  void Wait(Semaphore* semaphore);

  const Scenario& scenario_;
  std::vector<kernel::Mutex*> locks_;
  std::vector<Semaphore> semaphores_;
  std::vector<Loop> loops_;
  std::vector<uint64_t> actions_;  // by interrupt
};

}  // namespace drydock

#endif  // DRYDOCK_SCENARIO_SCENARIO_FIXTURE_H_
