// scenario/reader/timeline.h
//
// Reads the messages `timeline`.
#ifndef DRYDOCK_SCENARIO_READER_TIMELINE_H_
#define DRYDOCK_SCENARIO_READER_TIMELINE_H_

#include "scenario/reader/read_context.h"
#include "scenario/reader/source_location.h"
#include "scenario/scenario.pb.h"

namespace drydock::reader {

// Adds an entry to the scenario. To be called after devices and threads have been read.
void ReadTimelineEntry(const Node<TimelineEntryProto>& node, ReadContext* context);

}  // namespace drydock::reader

#endif  // DRYDOCK_SCENARIO_READER_TIMELINE_H_
