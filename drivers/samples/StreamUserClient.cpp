// The user client of a StreamService.
#include "drivers/samples/StreamUserClient.h"

#include <string.h>

#define super IOUserClient

OSDefineMetaClassAndStructors(StreamUserClient, IOUserClient)

// --- Life.

bool StreamUserClient::start(IOService *provider) {
  if (!super::start(provider)) return false;
  fStream = OSDynamicCast(StreamService, provider);
  if (fStream == NULL) return false;
  fStream->retain();
  fLock = IOLockAlloc();
  return fLock != NULL;
}

void StreamUserClient::stop(IOService *provider) {
  letGo();
  super::stop(provider);
}

void StreamUserClient::free() {
  if (fLock != NULL) IOLockFree(fLock);
  OSSafeReleaseNULL(fStream);
  super::free();
}

// The program has closed the connection, or died. Threads may still be inside: stop comes after the
// last of them has left.
IOReturn StreamUserClient::clientClose() {
  terminate();
  return kIOReturnSuccess;
}

// The provider is being terminated. The stream wakes the threads inside.
bool StreamUserClient::willTerminate(IOService *provider, IOOptionBits options) {
  IOLockLock(fLock);
  fEnding = true;
  const bool answer = fWantsEnd;
  fWantsEnd = false;
  IOLockUnlock(fLock);
  if (answer) sendAsyncResult64(fEndReference, kIOReturnOffline, NULL, 0);
  return super::willTerminate(provider, options);
}

void StreamUserClient::letGo() {
  IOLockLock(fLock);
  const bool acquired = fAcquired;
  fAcquired = false;
  IOLockUnlock(fLock);
  if (acquired) fStream->releaseStream();
}

// --- Calls.

const IOExternalMethodDispatch StreamUserClient::sMethods[kStreamMethodCount] = {
    {&StreamUserClient::sAcquire, 0, 0, 0, 0},
    {&StreamUserClient::sRelease, 0, 0, 0, 0},
    {&StreamUserClient::sRead, 0, 0, 0, kIOUCVariableStructureSize},
    {&StreamUserClient::sWrite, 0, kIOUCVariableStructureSize, 1, 0},
    {&StreamUserClient::sNotifyOfEnd, 0, 0, 0, 0},
};

IOReturn StreamUserClient::externalMethod(uint32_t selector, IOExternalMethodArguments *arguments,
                                          IOExternalMethodDispatch *dispatch, OSObject *target,
                                          void *reference) {
  if (selector < kStreamMethodCount) {
    dispatch = const_cast<IOExternalMethodDispatch *>(&sMethods[selector]);
    target = this;
  }
  return super::externalMethod(selector, arguments, dispatch, target, reference);
}

IOReturn StreamUserClient::sAcquire(OSObject *target, void *, IOExternalMethodArguments *) {
  StreamUserClient *self = (StreamUserClient *)target;
  IOLockLock(self->fLock);
  const bool taken = self->fAcquiring || self->fAcquired;
  if (!taken) self->fAcquiring = true;
  IOLockUnlock(self->fLock);
  if (taken) return kIOReturnExclusiveAccess;
  const IOReturn result = self->fStream->acquireStream();
  IOLockLock(self->fLock);
  self->fAcquiring = false;
  self->fAcquired = result == kIOReturnSuccess;
  IOLockUnlock(self->fLock);
  return result;
}

IOReturn StreamUserClient::sRelease(OSObject *target, void *, IOExternalMethodArguments *) {
  ((StreamUserClient *)target)->letGo();
  return kIOReturnSuccess;
}

IOReturn StreamUserClient::sRead(OSObject *target, void *, IOExternalMethodArguments *args) {
  StreamUserClient *self = (StreamUserClient *)target;
  if (args->structureOutputDescriptor != NULL) return kIOReturnMessageTooLarge;
  IOByteCount count = 0;
  const IOReturn result =
      self->fStream->readStream(args->structureOutput, args->structureOutputSize, &count);
  args->structureOutputSize = (uint32_t)count;
  // The outputs of a call that fails do not reach the program, so a partial read is a success.
  return count > 0 ? kIOReturnSuccess : result;
}

IOReturn StreamUserClient::sWrite(OSObject *target, void *, IOExternalMethodArguments *args) {
  StreamUserClient *self = (StreamUserClient *)target;
  if (args->structureInputDescriptor != NULL) return kIOReturnMessageTooLarge;
  IOByteCount count = 0;
  const IOReturn result =
      self->fStream->writeStream(args->structureInput, args->structureInputSize, &count);
  args->scalarOutput[0] = count;
  return result;
}

IOReturn StreamUserClient::sNotifyOfEnd(OSObject *target, void *, IOExternalMethodArguments *args) {
  StreamUserClient *self = (StreamUserClient *)target;
  if (args->asyncWakePort == MACH_PORT_NULL) return kIOReturnBadArgument;
  IOLockLock(self->fLock);
  IOReturn result = kIOReturnSuccess;
  if (self->fEnding) {
    result = kIOReturnOffline;
  } else if (self->fWantsEnd) {
    result = kIOReturnBusy;
  } else {
    self->fWantsEnd = true;
    memcpy(self->fEndReference, args->asyncReference,
           args->asyncReferenceCount * sizeof(io_user_reference_t));
  }
  IOLockUnlock(self->fLock);
  return result;
}
