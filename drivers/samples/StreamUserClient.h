// drivers/samples/StreamUserClient.h
//
// The user client through which programs use a StreamService: they call the methods below with
// IOConnectCallMethod. It shows what a user client must do when the device is unplugged, which is
// little. Calls run on the programs' threads and wait in the service's gate; the service wakes them
// when the device goes, and I/O Kit stops the user client after the last of them has left. Only the
// asynchronous calls that are open then are left to the user client: it must send their results.
#ifndef DRYDOCK_DRIVERS_SAMPLES_STREAMUSERCLIENT_H_
#define DRYDOCK_DRIVERS_SAMPLES_STREAMUSERCLIENT_H_

#include <IOKit/IOLocks.h>
#include <IOKit/IOUserClient.h>

#include "drivers/samples/stream_service.h"

// The selectors.
enum {
  kStreamAcquire,      // begins the program's use of the stream; no arguments
  kStreamRelease,      // ends it
  kStreamRead,         // fills the output structure, at most 4096 bytes
  kStreamWrite,        // writes the input structure, at most 4096 bytes; scalar out: bytes written
  kStreamNotifyOfEnd,  // asynchronous: completes with kIOReturnOffline when the device goes
  kStreamMethodCount
};

class StreamUserClient : public IOUserClient {
  OSDeclareDefaultStructors(StreamUserClient)

 public:
  bool start(IOService *provider) override;
  void stop(IOService *provider) override;
  void free() override;
  IOReturn clientClose() override;
  IOService *getService() override { return fStream; }
  bool willTerminate(IOService *provider, IOOptionBits options) override;
  IOReturn externalMethod(uint32_t selector, IOExternalMethodArguments *arguments,
                          IOExternalMethodDispatch *dispatch, OSObject *target,
                          void *reference) override;

 private:
  static const IOExternalMethodDispatch sMethods[kStreamMethodCount];

  static IOReturn sAcquire(OSObject *target, void *reference, IOExternalMethodArguments *args);
  static IOReturn sRelease(OSObject *target, void *reference, IOExternalMethodArguments *args);
  static IOReturn sRead(OSObject *target, void *reference, IOExternalMethodArguments *args);
  static IOReturn sWrite(OSObject *target, void *reference, IOExternalMethodArguments *args);
  static IOReturn sNotifyOfEnd(OSObject *target, void *reference, IOExternalMethodArguments *args);

  // Ends the use of the stream, if the program did not.
  void letGo();

  StreamService *fStream;  // retained from start to free

  // Protected by the lock, which is never held during calls into the service.
  IOLock *fLock;
  bool fAcquiring;  // a thread is about to acquire the stream
  bool fAcquired;
  bool fWantsEnd;  // a result must be sent with fEndReference
  bool fEnding;    // the provider is being terminated
  OSAsyncReference64 fEndReference;
};

#endif  // DRYDOCK_DRIVERS_SAMPLES_STREAMUSERCLIENT_H_
