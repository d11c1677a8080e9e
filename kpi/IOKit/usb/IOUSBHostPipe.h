// IOKit/usb/IOUSBHostPipe.h
//
// A pipe: one bulk endpoint of an interface that is open. (service.md 7.3)
#ifndef _IOKIT_IOUSBHOSTPIPE_H
#define _IOKIT_IOUSBHOSTPIPE_H

#include <IOKit/usb/IOUSBHostIOSource.h>

class DrydockUSBController;
class IOUSBHostInterface;

// Made by IOUSBHostInterface::copyPipe. When the interface is closed the pipe is dead for good,
// also for clients that still retain it.
class IOUSBHostPipe : public IOUSBHostIOSource {
  OSDeclareDefaultStructors(IOUSBHostPipe)

 public:
  virtual IOReturn io(IOMemoryDescriptor *dataBuffer, uint32_t dataBufferLength,
                      IOUSBHostCompletion *completion,
                      uint32_t completionTimeoutMs = 0) APPLE_KEXT_OVERRIDE;
  virtual IOReturn io(IOMemoryDescriptor *dataBuffer, uint32_t dataBufferLength,
                      uint32_t &bytesTransferred,
                      uint32_t completionTimeoutMs = 0) APPLE_KEXT_OVERRIDE;
  virtual IOReturn abort(IOOptionBits options = kAbortAsynchronous,
                         IOReturn withError = kIOReturnAborted,
                         IOService *forClient = NULL) APPLE_KEXT_OVERRIDE;

  virtual const StandardUSB::EndpointDescriptor *getEndpointDescriptor() const;

 protected:
  virtual void free() APPLE_KEXT_OVERRIDE;

 private:
  friend class DrydockUSBController;
  friend class IOUSBHostInterface;

  // One transfer in flight: first in the hardware, then among the controller's finished ones.
  struct Transfer {
    Transfer *next;
    IOUSBHostPipe *pipe;         // retained
    const IOService *client;     // not retained
    IOMemoryDescriptor *buffer;  // retained
    uint32_t length;
    IOUSBHostCompletion completion;
    IOReturn status;
    uint32_t bytes;
  };

  // A pipe of the interface, whose device is at `deviceAddress`. The controller is retained; the
  // interface is not: it kills its pipes before it is freed.
  bool initWithEndpoint(DrydockUSBController *controller, IOUSBHostInterface *interface,
                        uint16_t deviceAddress, const StandardUSB::EndpointDescriptor *descriptor);

  // In the gate.
  IOReturn submit(IOMemoryDescriptor *buffer, uint32_t length,
                  const IOUSBHostCompletion &completion, uint32_t timeoutMs);
  void abortAll(IOOptionBits options, IOReturn status);
  void kill();  // closes the pipe for good: aborts synchronously and refuses new transfers
  // Removes a transfer that the hardware has finished from the pending ones.
  void unlink(Transfer *transfer);

  DrydockUSBController *fController;
  IOUSBHostInterface *fInterface;
  StandardUSB::EndpointDescriptor fDescriptor;
  uint16_t fDeviceAddress;
  bool fDead;
  Transfer *fPending;  // with the hardware, oldest first
};

#endif  // _IOKIT_IOUSBHOSTPIPE_H
