// IOKit/usb/IOUSBHostInterface.h
//
// An interface of a configured device: the nub most USB drivers live on. (service.md 7.3)
//
// A driver opens it, copies its pipes, and must close it for its device's termination to go on.
// Until then no new device is made on the port (US-17).
#ifndef _IOKIT_IOUSBHOSTINTERFACE_H
#define _IOKIT_IOUSBHOSTINTERFACE_H

#include <IOKit/IOService.h>
#include <IOKit/usb/IOUSBHostPipe.h>

class IOUSBHostDevice;

class IOUSBHostInterface : public IOService {
  OSDeclareDefaultStructors(IOUSBHostInterface)

 public:
  virtual void free() APPLE_KEXT_OVERRIDE;

  // One client at a time. Closing first aborts the I/O of all pipes, synchronously, and kills them
  // (US-16).
  virtual void close(IOService *forClient, IOOptionBits options = 0) APPLE_KEXT_OVERRIDE;

  virtual bool handleOpen(IOService *forClient, IOOptionBits options,
                          void *arg) APPLE_KEXT_OVERRIDE;

  // The scores of service.md 7.1.
  virtual bool matchPropertyTable(OSDictionary *table, SInt32 *score) APPLE_KEXT_OVERRIDE;

  // The pipe of the endpoint with this address, +1; null if there is no such endpoint or no client
  // has the interface open.
  virtual IOUSBHostPipe *copyPipe(uint8_t address);

  // Not retained.
  virtual IOUSBHostDevice *getDevice() const;

  // Valid as long as the nub.
  virtual const StandardUSB::ConfigurationDescriptor *getConfigurationDescriptor() const;
  virtual const StandardUSB::InterfaceDescriptor *getInterfaceDescriptor() const;

 private:
  friend class IOUSBHostDevice;
  friend class IOUSBHostPipe;

  // A nub of `device`, which is retained, for one of its interfaces; +1.
  static IOUSBHostInterface *withDescriptor(IOUSBHostDevice *device,
                                            const StandardUSB::InterfaceDescriptor *descriptor);

  static IOReturn copyPipeGated(OSObject *self, void *address, void *pipe, void *, void *);
  static IOReturn killPipesGated(OSObject *self, void *, void *, void *, void *);

  IOUSBHostDevice *fDevice;
  const StandardUSB::InterfaceDescriptor *fDescriptor;
  OSArray *fPipes;     // of this open session; in the gate
  IOService *fClient;  // of this or the last open session; not retained
};

#endif  // _IOKIT_IOUSBHOSTINTERFACE_H
