// scenario/reader/expectations.h
//
// Reads the messages `expect`.
#ifndef DRYDOCK_SCENARIO_READER_EXPECTATIONS_H_
#define DRYDOCK_SCENARIO_READER_EXPECTATIONS_H_

#include "scenario/reader/read_context.h"
#include "scenario/reader/source_location.h"
#include "scenario/scenario.pb.h"

namespace drydock::reader {

// Adds an expectation to the scenario, and, if it expects a finding, the check that reports it. To
// be called after all other parts have been read.
void ReadExpectation(const Node<ExpectationProto>& node, ReadContext* context);

}  // namespace drydock::reader

#endif  // DRYDOCK_SCENARIO_READER_EXPECTATIONS_H_
