// Descriptors made from a device model.
#include "drivers/usb/usb_descriptors.h"

namespace drydock {
namespace {

using StandardUSB::ConfigurationDescriptor;
using StandardUSB::DeviceDescriptor;
using StandardUSB::EndpointDescriptor;
using StandardUSB::InterfaceDescriptor;

template <typename T>
T Make(StandardUSB::tDescriptorType type) {
  T descriptor = {};
  descriptor.bLength = sizeof(T);
  descriptor.bDescriptorType = type;
  return descriptor;
}

template <typename T>
void Append(const T& descriptor, std::vector<uint8_t>* bytes) {
  const auto* first = reinterpret_cast<const uint8_t*>(&descriptor);
  bytes->insert(bytes->end(), first, first + sizeof(T));
}

}  // namespace

DeviceDescriptor MakeDeviceDescriptor(const UsbDeviceModel& model) {
  auto device = Make<DeviceDescriptor>(StandardUSB::kDescriptorTypeDevice);
  device.bcdUSB = HostToUSB16(0x0200);
  device.bDeviceClass = model.device_class;
  device.bDeviceSubClass = model.device_subclass;
  device.bDeviceProtocol = model.device_protocol;
  device.bMaxPacketSize0 = 64;
  device.idVendor = HostToUSB16(model.vendor_id);
  device.idProduct = HostToUSB16(model.product_id);
  device.bcdDevice = HostToUSB16(model.device_release);
  device.bNumConfigurations = 1;
  return device;
}

std::vector<uint8_t> MakeConfigurationDescriptor(const UsbDeviceModel& model) {
  auto configuration = Make<ConfigurationDescriptor>(StandardUSB::kDescriptorTypeConfiguration);
  configuration.wTotalLength = HostToUSB16(
      static_cast<uint16_t>(sizeof(ConfigurationDescriptor) + sizeof(InterfaceDescriptor) +
                            model.endpoints.size() * sizeof(EndpointDescriptor)));
  configuration.bNumInterfaces = 1;
  configuration.bConfigurationValue = kUsbConfiguration;
  configuration.bmAttributes = 0x80;  // powered by the bus
  configuration.MaxPower = 50;        // units of 2 mA

  auto interface = Make<InterfaceDescriptor>(StandardUSB::kDescriptorTypeInterface);
  interface.bNumEndpoints = static_cast<uint8_t>(model.endpoints.size());
  interface.bInterfaceClass = model.interface_class;
  interface.bInterfaceSubClass = model.interface_subclass;
  interface.bInterfaceProtocol = model.interface_protocol;

  std::vector<uint8_t> bytes;
  Append(configuration, &bytes);
  Append(interface, &bytes);
  for (const UsbEndpointModel& endpoint : model.endpoints) {
    auto descriptor = Make<EndpointDescriptor>(StandardUSB::kDescriptorTypeEndpoint);
    descriptor.bEndpointAddress = endpoint.address;
    descriptor.bmAttributes = StandardUSB::kEndpointTypeBulk;
    descriptor.wMaxPacketSize = HostToUSB16(endpoint.max_packet_bytes);
    Append(descriptor, &bytes);
  }
  return bytes;
}

}  // namespace drydock
