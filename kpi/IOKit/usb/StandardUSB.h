// IOKit/usb/StandardUSB.h
//
// The descriptors of the USB specification, and how to walk them. Multi-byte fields are
// little-endian, as on the bus.
#ifndef _IOKIT_STANDARDUSB_H
#define _IOKIT_STANDARDUSB_H

#include <stdint.h>

#include <libkern/OSByteOrder.h>

#define USBToHost16 OSSwapLittleToHostInt16
#define HostToUSB16 OSSwapHostToLittleInt16

namespace StandardUSB {

enum tDescriptorType {
  kDescriptorTypeDevice = 1,
  kDescriptorTypeConfiguration = 2,
  kDescriptorTypeInterface = 4,
  kDescriptorTypeEndpoint = 5,
};

struct Descriptor {
  uint8_t bLength;
  uint8_t bDescriptorType;
} __attribute__((packed));

struct DeviceDescriptor : public Descriptor {
  uint16_t bcdUSB;
  uint8_t bDeviceClass;
  uint8_t bDeviceSubClass;
  uint8_t bDeviceProtocol;
  uint8_t bMaxPacketSize0;
  uint16_t idVendor;
  uint16_t idProduct;
  uint16_t bcdDevice;
  uint8_t iManufacturer;
  uint8_t iProduct;
  uint8_t iSerialNumber;
  uint8_t bNumConfigurations;
} __attribute__((packed));

// Followed in memory by the descriptors of its interfaces, wTotalLength bytes in all.
struct ConfigurationDescriptor : public Descriptor {
  uint16_t wTotalLength;
  uint8_t bNumInterfaces;
  uint8_t bConfigurationValue;
  uint8_t iConfiguration;
  uint8_t bmAttributes;
  uint8_t MaxPower;
} __attribute__((packed));

// Followed by the descriptors of its endpoints.
struct InterfaceDescriptor : public Descriptor {
  uint8_t bInterfaceNumber;
  uint8_t bAlternateSetting;
  uint8_t bNumEndpoints;
  uint8_t bInterfaceClass;
  uint8_t bInterfaceSubClass;
  uint8_t bInterfaceProtocol;
  uint8_t iInterface;
} __attribute__((packed));

struct EndpointDescriptor : public Descriptor {
  uint8_t bEndpointAddress;
  uint8_t bmAttributes;
  uint16_t wMaxPacketSize;
  uint8_t bInterval;
} __attribute__((packed));

enum tEndpointDirection {
  kEndpointDirectionOut = 0,
  kEndpointDirectionIn = 1,
};
enum tEndpointType {
  kEndpointTypeControl = 0,
  kEndpointTypeIsochronous = 1,
  kEndpointTypeBulk = 2,
  kEndpointTypeInterrupt = 3,
};

// The endpoint of `interfaceDescriptor` after `currentDescriptor`, or the first if that is null;
// null after the last.
const EndpointDescriptor *getNextEndpointDescriptor(
    const ConfigurationDescriptor *configurationDescriptor,
    const InterfaceDescriptor *interfaceDescriptor, const Descriptor *currentDescriptor);
// The first interface after `currentDescriptor`, or of the configuration if that is null.
const InterfaceDescriptor *getNextInterfaceDescriptor(
    const ConfigurationDescriptor *configurationDescriptor, const Descriptor *currentDescriptor);

uint8_t getEndpointDirection(const EndpointDescriptor *descriptor);  // a tEndpointDirection
uint8_t getEndpointType(const EndpointDescriptor *descriptor);       // a tEndpointType
uint8_t getEndpointAddress(const EndpointDescriptor *descriptor);    // with the direction bit
uint8_t getEndpointNumber(const EndpointDescriptor *descriptor);     // without it
uint16_t getEndpointMaxPacketSize(const EndpointDescriptor *descriptor);

}  // namespace StandardUSB

using namespace StandardUSB;

#endif  // _IOKIT_STANDARDUSB_H
