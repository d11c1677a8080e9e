// drivers/samples/stream_service.h
//
// What the clients of a scenario ask of a driver: bytes in, bytes out. A sample driver is a
// StreamService, so that one client script can drive any of them.
//
// Clients call on their own threads and hold a reference on the service. Every call returns
// kIOReturnOffline once the device is going.
#ifndef DRYDOCK_DRIVERS_SAMPLES_STREAM_SERVICE_H_
#define DRYDOCK_DRIVERS_SAMPLES_STREAM_SERVICE_H_

#include <IOKit/IOService.h>

class StreamService : public IOService {
  OSDeclareAbstractStructors(StreamService)

 public:
  // Begins / ends a client's use of the stream. Reading and writing without is
  // kIOReturnNotOpen.
  virtual IOReturn acquireStream() = 0;
  virtual void releaseStream() = 0;

  // Returns when `length` bytes have been read, or with an error: kIOReturnTimeout,
  // kIOReturnOffline. `*count` is set to how many were, in either case; they are the client's.
  virtual IOReturn readStream(void *buffer, IOByteCount length, IOByteCount *count) = 0;

  // Returns when the device has taken all, or with an error, as above.
  virtual IOReturn writeStream(const void *buffer, IOByteCount length, IOByteCount *count) = 0;
};

#endif  // DRYDOCK_DRIVERS_SAMPLES_STREAM_SERVICE_H_
