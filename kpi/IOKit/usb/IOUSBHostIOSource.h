// IOKit/usb/IOUSBHostIOSource.h
//
// An I/O source: an object that transfers are submitted to. (service.md 7.3)
#ifndef _IOKIT_IOUSBHOSTIOSOURCE_H
#define _IOKIT_IOUSBHOSTIOSOURCE_H

#include <IOKit/IOMemoryDescriptor.h>
#include <IOKit/usb/IOUSBHostFamily.h>
#include <libkern/c++/OSObject.h>

class IOService;

// All methods may be called on any thread, in or out of the gate, also from a completion; none in
// interrupt context.
class IOUSBHostIOSource : public OSObject {
  OSDeclareAbstractStructors(IOUSBHostIOSource)

 public:
  enum tAbortOptions {
    kAbortAsynchronous = 0,
    kAbortSynchronous = 1,
  };

  // Submits a transfer of `dataBufferLength` bytes; a timeout of 0 is none. After kIOReturnSuccess
  // `completion` will be called, once; after an error it never will (US-8). kIOReturnBadArgument:
  // no completion, or more bytes than the descriptor has (US-14); kIOReturnNotOpen: the pipe has
  // been closed. The descriptor is retained meanwhile.
  virtual IOReturn io(IOMemoryDescriptor *dataBuffer, uint32_t dataBufferLength,
                      IOUSBHostCompletion *completion, uint32_t completionTimeoutMs = 0) = 0;

  // The same, and waits for the end of the transfer; the result is its status. Sleeps in the gate.
  // Allowed in completions (US-25).
  virtual IOReturn io(IOMemoryDescriptor *dataBuffer, uint32_t dataBufferLength,
                      uint32_t &bytesTransferred, uint32_t completionTimeoutMs = 0) = 0;

  // Ends all transfers in flight with `withError`; a transfer that the hardware has finished
  // already completes with its own status. Synchronous: their completions have been called on
  // return (US-9, US-10). A transfer that such a completion submits is not aborted (US-11).
  // `forClient` must be null.
  virtual IOReturn abort(IOOptionBits options = kAbortAsynchronous,
                         IOReturn withError = kIOReturnAborted, IOService *forClient = NULL) = 0;
};

#endif  // _IOKIT_IOUSBHOSTIOSOURCE_H
