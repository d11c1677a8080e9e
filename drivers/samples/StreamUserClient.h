// drivers/samples/StreamUserClient.h
//
// How programs use a StreamService: the methods below, through IOConnectCallMethod. It shows what a
// user client needs to survive the cable, which is little: calls run on the programs' threads and
// wait in the service's gate; the service wakes them when the device goes, and I/O Kit stops the
// user client only once the last of them has left. What it must do itself is answer the
// asynchronous calls that are open then: nobody else will.
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
  kStreamWrite,        // writes the input structure, at most 4096 bytes; scalar out: how many
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

  // Ends the use of the stream, if the program left that to us.
  void letGo();

  StreamService *fStream;  // retained from start to free

  // Protected by the lock, which is never held during calls into the service.
  IOLock *fLock;
  bool fAcquiring;  // a thread is about to
  bool fAcquired;
  bool fWantsEnd;  // fEndReference is to be answered
  bool fEnding;    // the provider is going
  OSAsyncReference64 fEndReference;
};

#endif  // DRYDOCK_DRIVERS_SAMPLES_STREAMUSERCLIENT_H_
