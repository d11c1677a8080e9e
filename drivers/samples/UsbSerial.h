// drivers/samples/UsbSerial.h
//
// A driver for a USB serial adapter: two bulk pipes, one stream. It shows how a driver survives an
// unplug.
//
// Clients call on their own threads, through the command gate, and sleep there until there is data.
// One bulk IN transfer is kept in flight; its bytes go into a ring. The driver counts the threads
// inside and the transfers in flight. didTerminate closes the provider if the count is 0; else the
// last thread or transfer to leave closes it.
//
// All members are protected by the gate of the provider's work loop.
#ifndef DRYDOCK_DRIVERS_SAMPLES_USBSERIAL_H_
#define DRYDOCK_DRIVERS_SAMPLES_USBSERIAL_H_

#include <IOKit/IOBufferMemoryDescriptor.h>
#include <IOKit/IOCommandGate.h>
#include <IOKit/IOTimerEventSource.h>
#include <IOKit/usb/IOUSBHostInterface.h>

#include "drivers/samples/stream_service.h"

class UsbSerial : public StreamService {
  OSDeclareDefaultStructors(UsbSerial)

 public:
  bool start(IOService *provider) override;
  void stop(IOService *provider) override;
  void free() override;
  bool willTerminate(IOService *provider, IOOptionBits options) override;
  bool didTerminate(IOService *provider, IOOptionBits options, bool *defer) override;

  IOReturn acquireStream() override;
  void releaseStream() override;
  // Waits for data for at most ReadTimeoutMS, a property of the personality (500).
  IOReturn readStream(void *buffer, IOByteCount length, IOByteCount *count) override;
  IOReturn writeStream(const void *buffer, IOByteCount length, IOByteCount *count) override;

 private:
  static const UInt32 kRingBytes = 4096;
  static const UInt32 kTransferBytes = 512;

  // The call of one reader, on that thread's stack.
  struct Read {
    Read *next;
    UInt8 *buffer;
    IOByteCount length;
    IOByteCount count;
    AbsoluteTime deadline;
    bool timedOut;
  };

  struct Write {
    const void *buffer;
    IOByteCount length;
    IOByteCount count;
  };

  bool openPipes(IOUSBHostInterface *interface);
  void unwind(IOService *provider);
  IOReturn callInGate(IOCommandGate::Action action, void *argument = NULL);

  IOReturn acquireGated();
  IOReturn releaseGated();
  IOReturn readGated(Read *read);
  IOReturn writeGated(Write *write);

  void enter() { ++fInside; }
  void leave();

  void startTransfer();
  static void transferDone(void *owner, void *parameter, IOReturn status, uint32_t bytes);
  void takeFromRing(Read *read);

  void armTimer();
  static void timerFired(OSObject *owner, IOTimerEventSource *sender);

  IOUSBHostInterface *fInterface;  // open from start until fInside is 0 at the end
  IOUSBHostPipe *fIn;
  IOUSBHostPipe *fOut;
  IOCommandGate *fGate;
  IOTimerEventSource *fTimer;
  IOBufferMemoryDescriptor *fInBuffer;

  UInt8 fRing[kRingBytes];
  UInt32 fRingFirst;
  UInt32 fRingCount;

  Read *fReads;  // waiting, oldest first
  AbsoluteTime fReadTimeout;
  UInt32 fClients;
  UInt32 fInside;      // threads inside and transfers in flight
  bool fTransferring;  // the bulk IN transfer is in flight
  bool fDead;          // the provider is being terminated
  bool fNeedToClose;   // close the provider when fInside becomes 0
};

#endif  // DRYDOCK_DRIVERS_SAMPLES_USBSERIAL_H_
