// scenario/usb_fixture.h
//
// The USB part of a scenario's machine: starts the controllers, and plugs and unplugs the devices.
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

  // Starts the controllers below `platform`; panics if one does not start. Thread context.
  void Start(IOService* platform);

  // Plugs or unplugs the device of that index in the scenario. Thread context or the outside world.
  void Plug(size_t device);
  void Unplug(size_t device);

  // The stream that the device's driver offers to clients, +1 reference for the caller; null before
  // the driver is published and after its termination has begun. Thread context.
  StreamService* CopyStream(size_t device);

  const char* NameOf(size_t device) const;  // interned string

 private:
  const Scenario& scenario_;
  std::vector<DrydockUSBController*> controllers_;  // owned by the registry
};

}  // namespace drydock

#endif  // DRYDOCK_SCENARIO_USB_FIXTURE_H_
