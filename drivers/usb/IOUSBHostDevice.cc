// The nub of a USB device, and the nubs of its interfaces. (service.md 7.3)
#include <string.h>

#include <IOKit/IOLib.h>
#include <IOKit/usb/IOUSBHostDevice.h>
#include <IOKit/usb/IOUSBHostInterface.h>

#include "drivers/usb/usb_controller.h"
#include "drivers/usb/usb_matching.h"

OSDefineMetaClassAndStructors(IOUSBHostDevice, IOService)

IOUSBHostDevice *IOUSBHostDevice::withDescriptors(
    DrydockUSBController *controller, int port, uint16_t address,
    const StandardUSB::DeviceDescriptor &device,
    const StandardUSB::ConfigurationDescriptor *configuration) {
  IOUSBHostDevice *self = OSTypeAlloc(IOUSBHostDevice);
  if (!self->init()) {
    self->release();
    return nullptr;
  }
  self->fController = controller;
  controller->retain();
  self->fPort = port;
  self->fAddress = address;
  self->fDescriptor = device;
  const uint16_t length = USBToHost16(configuration->wTotalLength);
  self->fConfiguration = static_cast<StandardUSB::ConfigurationDescriptor *>(IOMalloc(length));
  memcpy(self->fConfiguration, configuration, length);
  self->setProperty(kUSBHostMatchingPropertyVendorID, USBToHost16(device.idVendor), 16);
  self->setProperty(kUSBHostMatchingPropertyProductID, USBToHost16(device.idProduct), 16);
  self->setProperty(kUSBHostMatchingPropertyDeviceReleaseNumber, USBToHost16(device.bcdDevice), 16);
  self->setProperty(kUSBHostMatchingPropertyDeviceClass, device.bDeviceClass, 8);
  self->setProperty(kUSBHostMatchingPropertyDeviceSubClass, device.bDeviceSubClass, 8);
  self->setProperty(kUSBHostMatchingPropertyDeviceProtocol, device.bDeviceProtocol, 8);
  return self;
}

void IOUSBHostDevice::free() {
  if (fConfiguration != nullptr) IOFree(fConfiguration, USBToHost16(fConfiguration->wTotalLength));
  OSSafeReleaseNULL(fController);
  IOService::free();
}

void IOUSBHostDevice::detach(IOService *provider) {
  IOService::detach(provider);
  if (provider == fController) fController->deviceGone(this);
}

bool IOUSBHostDevice::matchPropertyTable(OSDictionary *table, SInt32 *score) {
  return drydock::MatchUsbDevice(this, table, score);
}

IOReturn IOUSBHostDevice::setConfiguration(uint8_t bConfigurationValue, bool matchInterfaces) {
  if (bConfigurationValue != fConfiguration->bConfigurationValue) return kIOReturnNotFound;
  const StandardUSB::InterfaceDescriptor *descriptor = nullptr;
  while ((descriptor = StandardUSB::getNextInterfaceDescriptor(fConfiguration, descriptor)) !=
         nullptr) {
    IOUSBHostInterface *interface = IOUSBHostInterface::withDescriptor(this, descriptor);
    if (interface == nullptr) return kIOReturnNoMemory;
    const bool attached = interface->attach(this);  // false if this device is inactive
    if (attached && matchInterfaces) interface->registerService();
    interface->release();
    if (!attached) return kIOReturnOffline;
  }
  return kIOReturnSuccess;
}

const StandardUSB::DeviceDescriptor *IOUSBHostDevice::getDeviceDescriptor() const {
  return &fDescriptor;
}

const StandardUSB::ConfigurationDescriptor *IOUSBHostDevice::getConfigurationDescriptor() const {
  return fConfiguration;
}
