// scenario/usb_fixture.h
//
// The bench a scenario's devices lie on: the controllers of the booted machine, and the hand that
// plugs into them.
#ifndef DRYDOCK_SCENARIO_USB_FIXTURE_H_
#define DRYDOCK_SCENARIO_USB_FIXTURE_H_

#include <vector>

#include "drivers/samples/stream_service.h"
#include "drivers/usb/usb_controller.h"
#include "scenario/scenario.h"

namespace drydock {

class UsbFixture {
 public:
  // The scenario must outlive the run.
  explicit UsbFixture(const Scenario& scenario) : scenario_(scenario) {}

  // Starts the controllers below `platform`. On a thread.
  void Start(IOService* platform);

  // The hand on the cable of a device of the scenario. Any context but interrupt context.
  void Plug(size_t device);
  void Unplug(size_t device);

  // What the device's driver offers to clients, +1; null until it is there and once it goes. On a
  // thread.
  StreamService* CopyStream(size_t device);

  const char* NameOf(size_t device) const;  // interned

 private:
  const Scenario& scenario_;
  std::vector<DrydockUSBController*> controllers_;  // owned by the registry
};

}  // namespace drydock

#endif  // DRYDOCK_SCENARIO_USB_FIXTURE_H_
