// scenario/reader/hardware.h
//
// Reads what interrupts and what is plugged in. Each adds one to the scenario.
#ifndef DRYDOCK_SCENARIO_READER_HARDWARE_H_
#define DRYDOCK_SCENARIO_READER_HARDWARE_H_

#include "scenario/reader/place.h"
#include "scenario/reader/reading.h"
#include "scenario/scenario.pb.h"

namespace drydock::reader {

void ReadController(const Node<ControllerProto>& node, Reading* reading);

// After the controllers, locks and work loops.
void ReadInterrupt(const Node<InterruptProto>& node, Reading* reading);

// After the controllers.
void ReadDevice(const Node<DeviceProto>& node, Reading* reading);

}  // namespace drydock::reader

#endif  // DRYDOCK_SCENARIO_READER_HARDWARE_H_
