// drivers/samples/UsbSerial.h
//
// A driver for a USB serial adapter: two bulk pipes, one stream. It shows how a driver survives the
// cable being pulled.
//
// Clients come in on their own threads, through the command gate, and sleep there until there is
// data. One bulk IN transfer is kept in flight, whose bytes go into a ring. The count of threads
// inside and of transfers in flight says who closes the provider at the end: didTerminate if nobody
// is left, else the last one out.
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

  // A reader, on its own stack.
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

  IOUSBHostInterface *fInterface;  // open from start until the last one is out
  IOUSBHostPipe *fIn;
  IOUSBHostPipe *fOut;
  IOCommandGate *fGate;
  IOTimerEventSource *fTimer;
  IOBufferMemoryDescriptor *fInBuffer;

  UInt8 fRing[kRingBytes];
  UInt32 fRingFirst;
  UInt32 fRingCount;

  Read *fReads;  // waiting, first come first served
  AbsoluteTime fReadTimeout;
  UInt32 fClients;
  UInt32 fInside;      // threads inside and transfers in flight
  bool fTransferring;  // the bulk IN transfer is in flight
  bool fDead;          // the provider is going
  bool fNeedToClose;   // the last one out closes the provider
};

#endif  // DRYDOCK_DRIVERS_SAMPLES_USBSERIAL_H_
