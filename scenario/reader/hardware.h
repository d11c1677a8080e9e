// scenario/reader/hardware.h
//
// Reads what interrupts and what is plugged in. Each adds one to the scenario.
#ifndef DRYDOCK_SCENARIO_READER_HARDWARE_H_
#define DRYDOCK_SCENARIO_READER_HARDWARE_H_

#include "scenario/reader/read_context.h"
#include "scenario/reader/source_location.h"
#include "scenario/scenario.pb.h"

namespace drydock::reader {

void ReadController(const Node<ControllerProto>& node, ReadContext* context);

// After the controllers, locks and work loops.
void ReadInterrupt(const Node<InterruptProto>& node, ReadContext* context);

// After the controllers.
void ReadDevice(const Node<DeviceProto>& node, ReadContext* context);

}  // namespace drydock::reader

#endif  // DRYDOCK_SCENARIO_READER_HARDWARE_H_
