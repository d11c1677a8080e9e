// scenario/client.h
//
// A thread of a scenario: executes the steps of its script and records what they return.
#ifndef DRYDOCK_SCENARIO_CLIENT_H_
#define DRYDOCK_SCENARIO_CLIENT_H_

#include <memory>
#include <string>
#include <vector>

#include "drivers/samples/stream_service.h"
#include "scenario/scenario.h"
#include "scenario/scenario_fixture.h"
#include "scenario/state_trigger.h"
#include "scenario/usb_fixture.h"

namespace drydock {

class Client {
 public:
  // What a step returned. `returned` is false as long as the step has not ended.
  struct Result {
    bool returned = false;
    IOReturn code = kIOReturnSuccess;
    uint32_t bytes = 0;
  };

  // All arguments must outlive the run. `threads` has an entry for each thread of the scenario, and
  // `index` is this one's.
  Client(const Scenario::Thread& script, size_t index, std::vector<ScriptedThread>* threads,
         UsbFixture* usb, ScenarioFixture* fixture);

  // Starts the thread. Thread context.
  void Start();

  // The results of the steps, in order. To be read after the run.
  const std::vector<Result>& results() const { return results_; }
  // The number of completed rounds of its repeats; repeats within repeats are not counted.
  uint64_t rounds() const { return rounds_; }

 private:
  void Run();
  void Do(const Scenario::Step& step, Result* result);
  void DoNested(const Scenario::Step& step);
  IOReturn Open(const Scenario::Step& step);
  IOReturn Transfer(const Scenario::Step& step, uint32_t* bytes);
  IOReturn Close();
  void WaitUntil(const Scenario::State& state);

  const Scenario::Thread& script_;
  std::vector<ScriptedThread>& threads_;
  ScriptedThread& self_;
  UsbFixture& usb_;
  ScenarioFixture& fixture_;
  std::vector<Result> results_;
  // Not on the thread's stack, which is dropped without unwinding if the run panics or deadlocks.
  std::vector<uint8_t> buffer_;
  std::vector<std::unique_ptr<StateTrigger>> waits_;
  uint64_t rounds_ = 0;
  int repeats_ = 0;                  // nesting depth of repeats
  StreamService* stream_ = nullptr;  // the opened one, retained
};

}  // namespace drydock

#endif  // DRYDOCK_SCENARIO_CLIENT_H_
