// scenario/reader/steps.h
//
// Reads what is done, one after the other: by threads, in actions, in gates and funnels.
#ifndef DRYDOCK_SCENARIO_READER_STEPS_H_
#define DRYDOCK_SCENARIO_READER_STEPS_H_

#include <vector>

#include "scenario/reader/read_context.h"
#include "scenario/reader/source_location.h"
#include "scenario/scenario.h"
#include "scenario/scenario.pb.h"

namespace drydock::reader {

// In an action there is no client: nothing may be opened, read or plugged there.
Scenario::Step ReadStep(const Node<StepProto>& node, bool in_action, ReadContext* context);

// All of a message that has a field `step`.
template <typename Proto>
std::vector<Scenario::Step> ReadSteps(const Node<Proto>& node, bool in_action,
                                      ReadContext* context) {
  std::vector<Scenario::Step> steps;
  for (int i = 0; i < node.proto.step_size(); ++i) {
    steps.push_back(ReadStep(node.Child("step", node.proto.step(i), i), in_action, context));
  }
  return steps;
}

// What a thread is in the midst of.
Scenario::State ReadState(const Node<StateProto>& node, ReadContext* context);

}  // namespace drydock::reader

#endif  // DRYDOCK_SCENARIO_READER_STEPS_H_
