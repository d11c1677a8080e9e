// drivers/usb/usb_model.h
//
// The model of a USB device, as scenarios and tests describe it. Plain data: one model may be
// plugged in many times.
#ifndef DRYDOCK_DRIVERS_USB_USB_MODEL_H_
#define DRYDOCK_DRIVERS_USB_USB_MODEL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "scheduler/kernel/clock.h"

namespace drydock {

// A bulk endpoint.
struct UsbEndpointModel {
  uint8_t address = 0;  // 0x80 set: IN, from the device
  uint16_t max_packet_bytes = 512;
  // The time from the start of a transfer (it is first in the queue and, for IN, there is data) to
  // its completion.
  kernel::Time latency_ns = 20 * kernel::kMicrosecond;
};

// Data that arrives in the device, for its bulk IN endpoint.
struct UsbArrival {
  kernel::Time at_ns = 0;  // after the plug
  uint32_t bytes = 0;
};

struct UsbDeviceModel {
  std::string name = "USB device";
  uint16_t vendor_id = 0;
  uint16_t product_id = 0;
  uint16_t device_release = 0x0100;
  uint8_t device_class = 0;
  uint8_t device_subclass = 0;
  uint8_t device_protocol = 0;
  uint8_t interface_class = 0xff;
  uint8_t interface_subclass = 0;
  uint8_t interface_protocol = 0;
  std::vector<UsbEndpointModel> endpoints;
  // In order of time. The bytes count up from 0 with each plug: 0, 1, … 255, 0, …; they stay
  // queued in the device until they are read, and are lost when it is unplugged.
  std::vector<UsbArrival> arrivals;
};

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_USB_USB_MODEL_H_
