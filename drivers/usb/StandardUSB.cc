// Walks through USB descriptors.
#include <IOKit/usb/StandardUSB.h>

namespace StandardUSB {
namespace {

// The descriptor after `current`, or null at the end of the configuration and after a malformed
// descriptor.
const Descriptor *Next(const ConfigurationDescriptor *configuration, const Descriptor *current) {
  const auto *begin = reinterpret_cast<const uint8_t *>(configuration);
  const uint8_t *end = begin + USBToHost16(configuration->wTotalLength);
  const uint8_t *at = reinterpret_cast<const uint8_t *>(current) + current->bLength;
  if (current->bLength < sizeof(Descriptor) || at + sizeof(Descriptor) > end) return nullptr;
  const auto *next = reinterpret_cast<const Descriptor *>(at);
  return next->bLength >= sizeof(Descriptor) && at + next->bLength <= end ? next : nullptr;
}

}  // namespace

const EndpointDescriptor *getNextEndpointDescriptor(
    const ConfigurationDescriptor *configurationDescriptor,
    const InterfaceDescriptor *interfaceDescriptor, const Descriptor *currentDescriptor) {
  const Descriptor *at = currentDescriptor != nullptr ? currentDescriptor : interfaceDescriptor;
  while ((at = Next(configurationDescriptor, at)) != nullptr &&
         at->bDescriptorType != kDescriptorTypeInterface) {
    if (at->bDescriptorType == kDescriptorTypeEndpoint)
      return static_cast<const EndpointDescriptor *>(at);
  }
  return nullptr;
}

const InterfaceDescriptor *getNextInterfaceDescriptor(
    const ConfigurationDescriptor *configurationDescriptor, const Descriptor *currentDescriptor) {
  const Descriptor *at = currentDescriptor != nullptr ? currentDescriptor : configurationDescriptor;
  while ((at = Next(configurationDescriptor, at)) != nullptr) {
    if (at->bDescriptorType == kDescriptorTypeInterface)
      return static_cast<const InterfaceDescriptor *>(at);
  }
  return nullptr;
}

uint8_t getEndpointDirection(const EndpointDescriptor *descriptor) {
  return descriptor->bEndpointAddress >> 7;
}

uint8_t getEndpointType(const EndpointDescriptor *descriptor) {
  return descriptor->bmAttributes & 0x3;
}

uint8_t getEndpointAddress(const EndpointDescriptor *descriptor) {
  return descriptor->bEndpointAddress;
}

uint8_t getEndpointNumber(const EndpointDescriptor *descriptor) {
  return descriptor->bEndpointAddress & 0xf;
}

uint16_t getEndpointMaxPacketSize(const EndpointDescriptor *descriptor) {
  return USBToHost16(descriptor->wMaxPacketSize) & 0x7ff;
}

}  // namespace StandardUSB
