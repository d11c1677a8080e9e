// scenario/reader/expectations.h
//
// Reads what must hold at the end: the messages `expect`.
#ifndef DRYDOCK_SCENARIO_READER_EXPECTATIONS_H_
#define DRYDOCK_SCENARIO_READER_EXPECTATIONS_H_

#include "scenario/reader/read_context.h"
#include "scenario/reader/source_location.h"
#include "scenario/scenario.pb.h"

namespace drydock::reader {

// Adds one to the scenario, and a check if that is what finds it. After everything else.
void ReadExpectation(const Node<ExpectationProto>& node, ReadContext* context);

}  // namespace drydock::reader

#endif  // DRYDOCK_SCENARIO_READER_EXPECTATIONS_H_
