// The client at the top of the block storage stack.
#include "drivers/samples/BlockReader.h"

#include <IOKit/IOWorkLoop.h>

#include "drivers/samples/BlockMirror.h"

#define super IOService

OSDefineMetaClassAndStructors(BlockReader, IOService)

IOService *BlockReader::probe(IOService *provider, SInt32 *score) {
  if (provider->getProperty("Content", gIOServicePlane) != NULL &&
      OSDynamicCast(BlockMirror, provider) == NULL) {
    return NULL;
  }
  return super::probe(provider, score);
}

bool BlockReader::start(IOService *provider) {
  if (!super::start(provider)) return false;
  fDisk = OSDynamicCast(BlockService, provider);
  fGate = IOCommandGate::commandGate(this);
  IOWorkLoop *loop = getWorkLoop();
  if (fDisk == NULL || fGate == NULL || loop == NULL || !fDisk->open(this)) return false;
  if (loop->addEventSource(fGate) != kIOReturnSuccess) {
    fDisk->close(this);
    return false;
  }
  registerService();
  return true;
}

void BlockReader::stop(IOService *provider) {
  fGate->getWorkLoop()->removeEventSource(fGate);
  super::stop(provider);
}

void BlockReader::free() {
  OSSafeReleaseNULL(fGate);
  super::free();
}

bool BlockReader::willTerminate(IOService *provider, IOOptionBits options) {
  // Sleeping threads are woken by the completion of their requests, which the drivers below fail.
  fDead = true;
  return super::willTerminate(provider, options);
}

bool BlockReader::didTerminate(IOService *provider, IOOptionBits options, bool *defer) {
  if (fInside == 0) {
    fDisk->close(this);
  } else {
    fNeedToClose = true;
  }
  return super::didTerminate(provider, options, defer);
}

IOReturn BlockReader::callInGate(IOCommandGate::Action action, void *argument) {
  IOReturn result = fGate->runAction(action, argument);
  // The gate was removed, perhaps while this thread waited for it: the device has gone.
  if ((result == kIOReturnNotReady || result == kIOReturnAborted) && isInactive())
    result = kIOReturnOffline;
  return result;
}

IOReturn BlockReader::transfer(UInt64 block, UInt32 count, bool write) {
  Call call = {{&returned, &call, block, count, write, NULL}, this, false, kIOReturnSuccess};
  return callInGate(OSMemberFunctionCast(IOCommandGate::Action, this, &BlockReader::transferGated),
                    &call);
}

IOReturn BlockReader::transferGated(Call *call) {
  if (fDead) return kIOReturnOffline;
  const IOReturn result = fDisk->submit(this, &call->request);
  if (result != kIOReturnSuccess) return result;
  ++fInside;
  while (!call->done) fGate->commandSleep(call, THREAD_UNINT);
  if (--fInside == 0 && fNeedToClose) {
    fNeedToClose = false;
    fDisk->close(this);
  }
  return call->status;
}

void BlockReader::returned(void *owner, BlockRequest *, IOReturn status) {
  Call *call = (Call *)owner;
  call->done = true;
  call->status = status;
  call->self->fGate->commandWakeup(call);
}

IOReturn BlockReader::getBlockCount(UInt64 *count) {
  return callInGate(
      OSMemberFunctionCast(IOCommandGate::Action, this, &BlockReader::getBlockCountGated), count);
}

IOReturn BlockReader::getBlockCountGated(UInt64 *count) {
  if (fDead) return kIOReturnOffline;
  *count = fDisk->blockCount();
  return kIOReturnSuccess;
}
