// scenario/reader/hardware.h
//
// Reads the messages `controller`, `interrupt` and `device`. Each function adds one to the
// scenario.
#ifndef DRYDOCK_SCENARIO_READER_HARDWARE_H_
#define DRYDOCK_SCENARIO_READER_HARDWARE_H_

#include "scenario/reader/read_context.h"
#include "scenario/reader/source_location.h"
#include "scenario/scenario.pb.h"

namespace drydock::reader {

void ReadController(const Node<ControllerProto>& node, ReadContext* context);

// To be called after controllers, locks and work loops have been read.
void ReadInterrupt(const Node<InterruptProto>& node, ReadContext* context);

// To be called after controllers have been read.
void ReadDevice(const Node<DeviceProto>& node, ReadContext* context);

}  // namespace drydock::reader

#endif  // DRYDOCK_SCENARIO_READER_HARDWARE_H_
