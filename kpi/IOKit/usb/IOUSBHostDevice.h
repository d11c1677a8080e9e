// IOKit/usb/IOUSBHostDevice.h
//
// A device on a port of a USB controller. (service.md 7.3)
#ifndef _IOKIT_IOUSBHOSTDEVICE_H
#define _IOKIT_IOUSBHOSTDEVICE_H

#include <IOKit/IOService.h>
#include <IOKit/usb/IOUSBHostFamily.h>

class DrydockUSBController;
class IOUSBHostInterface;

class IOUSBHostDevice : public IOService {
  OSDeclareDefaultStructors(IOUSBHostDevice)

 public:
  virtual void free() APPLE_KEXT_OVERRIDE;

  // Detached from its controller, the device leaves its port.
  virtual void detach(IOService *provider) APPLE_KEXT_OVERRIDE;

  // The scores of service.md 7.1.
  virtual bool matchPropertyTable(OSDictionary *table, SInt32 *score) APPLE_KEXT_OVERRIDE;

  // Makes the nubs of the configuration's interfaces and, with `matchInterfaces`, registers them.
  // kIOReturnNotFound if the device has no such configuration. Not in the gate. There is one
  // configuration, and its controller sets it.
  virtual IOReturn setConfiguration(uint8_t bConfigurationValue, bool matchInterfaces = true);

  // Valid as long as the nub.
  virtual const StandardUSB::DeviceDescriptor *getDeviceDescriptor() const;
  virtual const StandardUSB::ConfigurationDescriptor *getConfigurationDescriptor() const;

 private:
  friend class DrydockUSBController;
  friend class IOUSBHostInterface;

  // A nub for what is plugged into `port`, +1. `configuration` is copied; the controller is
  // retained.
  static IOUSBHostDevice *withDescriptors(
      DrydockUSBController *controller, int port, uint16_t address,
      const StandardUSB::DeviceDescriptor &device,
      const StandardUSB::ConfigurationDescriptor *configuration);

  DrydockUSBController *fController;
  int fPort;
  uint16_t fAddress;  // on the bus; never reused
  StandardUSB::DeviceDescriptor fDescriptor;
  StandardUSB::ConfigurationDescriptor *fConfiguration;  // with all that follows it
};

#endif  // _IOKIT_IOUSBHOSTDEVICE_H
