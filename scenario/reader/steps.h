// scenario/reader/steps.h
//
// Reads what is done, one after the other: by threads, in actions, in gates and funnels.
#ifndef DRYDOCK_SCENARIO_READER_STEPS_H_
#define DRYDOCK_SCENARIO_READER_STEPS_H_

#include <vector>

#include "scenario/reader/place.h"
#include "scenario/reader/reading.h"
#include "scenario/scenario.h"
#include "scenario/scenario.pb.h"

namespace drydock::reader {

// In an action there is no client: nothing may be opened, read or plugged there.
Scenario::Step ReadStep(const Node<StepProto>& node, bool in_action, Reading* reading);

// All of a message that has a field `step`.
template <typename Proto>
std::vector<Scenario::Step> ReadSteps(const Node<Proto>& node, bool in_action, Reading* reading) {
  std::vector<Scenario::Step> steps;
  for (int i = 0; i < node.proto.step_size(); ++i) {
    steps.push_back(ReadStep(node.At("step", node.proto.step(i), i), in_action, reading));
  }
  return steps;
}

// What a thread is in the midst of.
Scenario::State ReadState(const Node<WhileProto>& node, Reading* reading);

}  // namespace drydock::reader

#endif  // DRYDOCK_SCENARIO_READER_STEPS_H_
