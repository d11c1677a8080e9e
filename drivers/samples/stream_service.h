// drivers/samples/stream_service.h
//
// A stream of bytes, which the clients of scenarios read and write. The sample drivers are
// StreamServices, so that one client script can drive any of them.
//
// Clients call on their own threads, not in the gate, and hold a reference to the service. Every
// call returns kIOReturnOffline once the provider is being terminated.
#ifndef DRYDOCK_DRIVERS_SAMPLES_STREAM_SERVICE_H_
#define DRYDOCK_DRIVERS_SAMPLES_STREAM_SERVICE_H_

#include <IOKit/IOService.h>

class StreamService : public IOService {
  OSDeclareAbstractStructors(StreamService)

 public:
  // Begins and ends a client's use of the stream. Without it reads and writes fail with
  // kIOReturnNotOpen.
  virtual IOReturn acquireStream() = 0;
  virtual void releaseStream() = 0;

  // Returns when `length` bytes have been read, or with an error: kIOReturnTimeout,
  // kIOReturnOffline. In both cases `*count` is the number of bytes read.
  virtual IOReturn readStream(void *buffer, IOByteCount length, IOByteCount *count) = 0;

  // Returns when the device has taken all bytes, or with an error, as above.
  virtual IOReturn writeStream(const void *buffer, IOByteCount length, IOByteCount *count) = 0;
};

#endif  // DRYDOCK_DRIVERS_SAMPLES_STREAM_SERVICE_H_
