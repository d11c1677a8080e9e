// scenario/scenario_fixture.h
//
// The part of a scenario's machine that is not USB: locks, semaphores, work loops and interrupt
// devices; and the steps that use them.
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

  // Makes everything; the interrupt devices start below `platform`. Thread context.
  void Start(IOService* platform);
  // Frees the locks and releases the work loops. A work loop that a device retains lives on until
  // the device is freed. Thread context.
  void Stop();

  // Executes a step: kCompute, kSleep, kLock, kUnlock, kSignal or kWait; or kGate or kFunnel, for
  // whose inner steps it calls `nested`. Panics at other steps. Thread context.
  void Do(const Scenario::Step& step, absl::FunctionRef<void(const Scenario::Step&)> nested);
  // Executes the steps of an action in order. Thread context.
  void DoAction(const std::vector<Scenario::Step>& steps);
  // Calls `round` as often as the kRepeat `step` says; returns the number of calls.
  static uint64_t Repeat(const Scenario::Step& step, absl::FunctionRef<void()> round);

  IOWorkLoop* work_loop(size_t index) const { return loops_[index].loop; }

  // Counts runs of the action of the interrupt with that index.
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
