// The driver for a USB serial adapter.
#include "drivers/samples/UsbSerial.h"

#include <string.h>

#include <IOKit/IOLib.h>

#define super StreamService

OSDefineMetaClassAndStructors(UsbSerial, StreamService)

static const UInt32 kDefaultReadTimeoutMS = 500;
static const UInt32 kWriteTimeoutMS = 500;

// --- Life.

bool UsbSerial::start(IOService *provider) {
  if (!super::start(provider)) return false;
  IOUSBHostInterface *interface = OSDynamicCast(IOUSBHostInterface, provider);
  if (interface == NULL || !interface->open(this)) return false;
  fInterface = interface;

  OSNumber *timeout = OSDynamicCast(OSNumber, getProperty("ReadTimeoutMS"));
  nanoseconds_to_absolutetime(
      (timeout != NULL ? timeout->unsigned32BitValue() : kDefaultReadTimeoutMS) *
          (uint64_t)kMillisecondScale,
      &fReadTimeout);

  fInBuffer = IOBufferMemoryDescriptor::withCapacity(kTransferBytes, kIODirectionIn);
  fGate = IOCommandGate::commandGate(this);
  fTimer = IOTimerEventSource::timerEventSource(this, &UsbSerial::timerFired);
  IOWorkLoop *loop = getWorkLoop();
  if (fInBuffer == NULL || fGate == NULL || fTimer == NULL || loop == NULL ||
      !openPipes(interface) || loop->addEventSource(fGate) != kIOReturnSuccess ||
      loop->addEventSource(fTimer) != kIOReturnSuccess) {
    unwind(provider);
    return false;
  }
  registerService();
  return true;
}

// The first bulk endpoint of each direction.
bool UsbSerial::openPipes(IOUSBHostInterface *interface) {
  const EndpointDescriptor *endpoint = NULL;
  while ((endpoint = getNextEndpointDescriptor(interface->getConfigurationDescriptor(),
                                               interface->getInterfaceDescriptor(), endpoint)) !=
         NULL) {
    if (getEndpointType(endpoint) != kEndpointTypeBulk) continue;
    IOUSBHostPipe **pipe = getEndpointDirection(endpoint) == kEndpointDirectionIn ? &fIn : &fOut;
    if (*pipe == NULL) *pipe = interface->copyPipe(getEndpointAddress(endpoint));
  }
  return fIn != NULL && fOut != NULL;
}

// Undoes what start did, as far as it got. The objects themselves are released in free: a client
// that is leaving may still need the gate.
void UsbSerial::unwind(IOService *provider) {
  if (fTimer != NULL && fTimer->getWorkLoop() != NULL) {
    fTimer->cancelTimeout();
    fTimer->getWorkLoop()->removeEventSource(fTimer);
  }
  if (fGate != NULL && fGate->getWorkLoop() != NULL) fGate->getWorkLoop()->removeEventSource(fGate);
  if (fInterface != NULL && fInterface->isOpen(this)) provider->close(this);
}

void UsbSerial::stop(IOService *provider) {
  unwind(provider);
  super::stop(provider);
}

void UsbSerial::free() {
  OSSafeReleaseNULL(fTimer);
  OSSafeReleaseNULL(fGate);
  OSSafeReleaseNULL(fIn);
  OSSafeReleaseNULL(fOut);
  OSSafeReleaseNULL(fInBuffer);
  super::free();
}

// --- Termination. Both run in the gate.

bool UsbSerial::willTerminate(IOService *provider, IOOptionBits options) {
  fDead = true;
  fIn->abort();
  fOut->abort();
  for (Read *read = fReads; read != NULL; read = read->next) fGate->commandWakeup(read);
  return super::willTerminate(provider, options);
}

bool UsbSerial::didTerminate(IOService *provider, IOOptionBits options, bool *defer) {
  if (fInside == 0) {
    provider->close(this);
  } else {
    fNeedToClose = true;
  }
  return super::didTerminate(provider, options, defer);
}

void UsbSerial::leave() {
  if (--fInside == 0 && fNeedToClose) {
    fNeedToClose = false;
    fInterface->close(this);
  }
}

// --- Clients.

IOReturn UsbSerial::callInGate(IOCommandGate::Action action, void *argument) {
  IOReturn result = fGate->runAction(action, argument);
  // The gate was removed, perhaps while this thread waited for it: the device has gone.
  if ((result == kIOReturnNotReady || result == kIOReturnAborted) && isInactive())
    result = kIOReturnOffline;
  return result;
}

IOReturn UsbSerial::acquireStream() {
  return callInGate(OSMemberFunctionCast(IOCommandGate::Action, this, &UsbSerial::acquireGated));
}

void UsbSerial::releaseStream() {
  callInGate(OSMemberFunctionCast(IOCommandGate::Action, this, &UsbSerial::releaseGated));
}

IOReturn UsbSerial::readStream(void *buffer, IOByteCount length, IOByteCount *count) {
  Read read = {NULL, (UInt8 *)buffer, length, 0, 0, false};
  IOReturn result =
      callInGate(OSMemberFunctionCast(IOCommandGate::Action, this, &UsbSerial::readGated), &read);
  *count = read.count;
  return result;
}

IOReturn UsbSerial::writeStream(const void *buffer, IOByteCount length, IOByteCount *count) {
  Write write = {buffer, length, 0};
  IOReturn result =
      callInGate(OSMemberFunctionCast(IOCommandGate::Action, this, &UsbSerial::writeGated), &write);
  *count = write.count;
  return result;
}

IOReturn UsbSerial::acquireGated() {
  if (fDead) return kIOReturnOffline;
  ++fClients;
  startTransfer();
  return kIOReturnSuccess;
}

IOReturn UsbSerial::releaseGated() {
  if (fClients > 0) --fClients;
  return kIOReturnSuccess;
}

IOReturn UsbSerial::readGated(Read *read) {
  if (fDead) return kIOReturnOffline;
  if (fClients == 0) return kIOReturnNotOpen;
  enter();
  clock_absolutetime_interval_to_deadline(fReadTimeout, &read->deadline);
  Read **place = &fReads;
  while (*place != NULL) place = &(*place)->next;
  *place = read;
  armTimer();

  IOReturn result = kIOReturnSuccess;
  for (;;) {
    if (fReads == read) takeFromRing(read);
    if (read->count == read->length) break;
    if (fDead) result = kIOReturnOffline;
    if (result == kIOReturnSuccess && read->timedOut) result = kIOReturnTimeout;
    if (result != kIOReturnSuccess) break;
    startTransfer();
    if (fGate->commandSleep(read, THREAD_ABORTSAFE) == THREAD_INTERRUPTED)
      result = kIOReturnAborted;
  }

  place = &fReads;
  while (*place != read) place = &(*place)->next;
  *place = read->next;
  if (fReads != NULL) {
    fGate->commandWakeup(fReads);
  } else {
    fTimer->cancelTimeout();
  }
  leave();
  return result;
}

IOReturn UsbSerial::writeGated(Write *write) {
  if (fDead) return kIOReturnOffline;
  if (fClients == 0) return kIOReturnNotOpen;
  if (write->length == 0) return kIOReturnSuccess;
  IOBufferMemoryDescriptor *data =
      IOBufferMemoryDescriptor::withBytes(write->buffer, write->length, kIODirectionOut);
  if (data == NULL) return kIOReturnNoMemory;
  enter();
  uint32_t bytes = 0;
  IOReturn result = fOut->io(data, (uint32_t)write->length, bytes, kWriteTimeoutMS);
  write->count = bytes;
  data->release();
  // The transfer fails before willTerminate tells this driver of the unplug.
  if (result == kIOReturnNotResponding || result == kIOReturnAborted) result = kIOReturnOffline;
  leave();
  return result;
}

// --- Data.

// Keeps one transfer in flight while the ring has room for its bytes.
void UsbSerial::startTransfer() {
  if (fTransferring || fDead || fClients == 0 || kRingBytes - fRingCount < kTransferBytes) return;
  IOUSBHostCompletion completion = {this, &UsbSerial::transferDone, NULL};
  if (fIn->io(fInBuffer, kTransferBytes, &completion) != kIOReturnSuccess) return;
  fTransferring = true;
  enter();
}

void UsbSerial::transferDone(void *owner, void *, IOReturn status, uint32_t bytes) {
  UsbSerial *self = (UsbSerial *)owner;
  self->fTransferring = false;
  const UInt8 *data = (const UInt8 *)self->fInBuffer->getBytesNoCopy();
  for (uint32_t i = 0; i < bytes; ++i) {
    self->fRing[(self->fRingFirst + self->fRingCount) % kRingBytes] = data[i];
    ++self->fRingCount;
  }
  // After an error the next reader starts a transfer again. If the device has gone, willTerminate
  // comes.
  if (status == kIOReturnSuccess) self->startTransfer();
  if (self->fReads != NULL) self->fGate->commandWakeup(self->fReads);
  self->leave();
}

void UsbSerial::takeFromRing(Read *read) {
  while (fRingCount > 0 && read->count < read->length) {
    read->buffer[read->count++] = fRing[fRingFirst];
    fRingFirst = (fRingFirst + 1) % kRingBytes;
    --fRingCount;
  }
}

// --- Timeouts. All reads have the same timeout, so the oldest expires first.

void UsbSerial::armTimer() {
  if (fReads != NULL) fTimer->wakeAtTime(fReads->deadline);
}

void UsbSerial::timerFired(OSObject *owner, IOTimerEventSource *) {
  UsbSerial *self = (UsbSerial *)owner;
  AbsoluteTime now;
  clock_get_uptime(&now);
  Read *read = self->fReads;
  for (; read != NULL && read->deadline <= now; read = read->next) {
    read->timedOut = true;
    self->fGate->commandWakeup(read);
  }
  if (read != NULL) self->fTimer->wakeAtTime(read->deadline);
}
