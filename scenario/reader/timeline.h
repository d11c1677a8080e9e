// scenario/reader/timeline.h
//
// Reads what happens to the cables, and when: the messages `timeline`.
#ifndef DRYDOCK_SCENARIO_READER_TIMELINE_H_
#define DRYDOCK_SCENARIO_READER_TIMELINE_H_

#include "scenario/reader/place.h"
#include "scenario/reader/reading.h"
#include "scenario/scenario.pb.h"

namespace drydock::reader {

// Adds one happening to the scenario. After the devices and threads.
void ReadHappening(const Node<HappeningProto>& node, Reading* reading);

}  // namespace drydock::reader

#endif  // DRYDOCK_SCENARIO_READER_TIMELINE_H_
