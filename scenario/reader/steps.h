// scenario/reader/steps.h
//
// Reads the messages `step` of threads, interrupts, gates, funnels and repeats, and states of
// threads.
#ifndef DRYDOCK_SCENARIO_READER_STEPS_H_
#define DRYDOCK_SCENARIO_READER_STEPS_H_

#include <vector>

#include "scenario/reader/read_context.h"
#include "scenario/reader/source_location.h"
#include "scenario/scenario.h"
#include "scenario/scenario.pb.h"

namespace drydock::reader {

// `in_action`: the step belongs to an action, gate or funnel, where only steps of the machine are
// allowed, and nothing may be opened, read or plugged.
Scenario::Step ReadStep(const Node<StepProto>& node, bool in_action, ReadContext* context);

// All steps of a message that has a repeated field `step`.
template <typename Proto>
std::vector<Scenario::Step> ReadSteps(const Node<Proto>& node, bool in_action,
                                      ReadContext* context) {
  std::vector<Scenario::Step> steps;
  for (int i = 0; i < node.proto.step_size(); ++i) {
    steps.push_back(ReadStep(node.Child("step", node.proto.step(i), i), in_action, context));
  }
  return steps;
}

// A state of a thread, as `while` and `wait_until` name it.
Scenario::State ReadState(const Node<StateProto>& node, ReadContext* context);

}  // namespace drydock::reader

#endif  // DRYDOCK_SCENARIO_READER_STEPS_H_
