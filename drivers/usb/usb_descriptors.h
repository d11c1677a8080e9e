// drivers/usb/usb_descriptors.h
//
// The descriptors of a modelled device, as its hardware would return them.
#ifndef DRYDOCK_DRIVERS_USB_USB_DESCRIPTORS_H_
#define DRYDOCK_DRIVERS_USB_USB_DESCRIPTORS_H_

#include <vector>

#include <IOKit/usb/StandardUSB.h>

#include "drivers/usb/usb_model.h"

namespace drydock {

// The value of the one configuration every modelled device has, with one interface, number 0.
inline constexpr uint8_t kUsbConfiguration = 1;

StandardUSB::DeviceDescriptor MakeDeviceDescriptor(const UsbDeviceModel& model);
// A StandardUSB::ConfigurationDescriptor and the descriptors that follow it.
std::vector<uint8_t> MakeConfigurationDescriptor(const UsbDeviceModel& model);

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_USB_USB_DESCRIPTORS_H_
