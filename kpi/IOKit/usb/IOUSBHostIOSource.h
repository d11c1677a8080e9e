// IOKit/usb/IOUSBHostIOSource.h
//
// What transfers are handed to. (service.md 7.3)
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

  // Hands over a transfer of `dataBufferLength` bytes, which a timeout of 0 lets take for ever.
  // kIOReturnSuccess says that `completion` will be called, once; after an error it never will
  // (US-8). kIOReturnBadArgument: no completion, or more bytes than the descriptor has (US-14);
  // kIOReturnNotOpen: the pipe has been closed. The descriptor is retained meanwhile.
  virtual IOReturn io(IOMemoryDescriptor *dataBuffer, uint32_t dataBufferLength,
                      IOUSBHostCompletion *completion, uint32_t completionTimeoutMs = 0) = 0;

  // The same, returning when the transfer has come to its end, with its status; sleeps in the gate.
  // Allowed in completions (US-25).
  virtual IOReturn io(IOMemoryDescriptor *dataBuffer, uint32_t dataBufferLength,
                      uint32_t &bytesTransferred, uint32_t completionTimeoutMs = 0) = 0;

  // Ends all transfers under way with `withError`; what hardware has finished already completes
  // with its own status. Synchronous: their completions have been called on return (US-9, US-10).
  // A transfer that is handed over in one of these is not aborted (US-11). `forClient` must be
  // null.
  virtual IOReturn abort(IOOptionBits options = kAbortAsynchronous,
                         IOReturn withError = kIOReturnAborted, IOService *forClient = NULL) = 0;
};

#endif  // _IOKIT_IOUSBHOSTIOSOURCE_H
