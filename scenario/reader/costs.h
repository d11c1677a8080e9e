// scenario/reader/costs.h
//
// Reads the message `costs`.
#ifndef DRYDOCK_SCENARIO_READER_COSTS_H_
#define DRYDOCK_SCENARIO_READER_COSTS_H_

#include "scenario/reader/read_context.h"
#include "scenario/reader/source_location.h"
#include "scenario/scenario.pb.h"

namespace drydock::reader {

// Sets the costs of the scenario.
void ReadCosts(const Node<CostsProto>& node, ReadContext* context);

}  // namespace drydock::reader

#endif  // DRYDOCK_SCENARIO_READER_COSTS_H_
