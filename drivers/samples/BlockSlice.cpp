// The second half of a disk, as a disk.
#include "drivers/samples/BlockSlice.h"

#include <IOKit/IOLib.h>

#define super BlockService

OSDefineMetaClassAndStructors(BlockSlice, BlockService)

bool BlockSlice::start(IOService *provider) {
  if (!super::start(provider)) return false;
  fDisk = OSDynamicCast(BlockService, provider);
  if (fDisk == NULL || !fDisk->open(this)) return false;
  registerService();
  return true;
}

IOReturn BlockSlice::accept(BlockRequest *request) {
  if (fDead) return kIOReturnOffline;
  Shifted *shifted = IONewZero(Shifted, 1);
  shifted->request = request;
  shifted->below = {&returned,      this,           request->block + blockCount(),
                    request->count, request->write, NULL};
  // Counted first: the request may be completed before submit returns.
  ++fOutstanding;
  const IOReturn result = fDisk->submit(this, &shifted->below);
  if (result != kIOReturnSuccess) {
    --fOutstanding;
    IODelete(shifted, Shifted, 1);
  }
  return result;
}

void BlockSlice::returned(void *owner, BlockRequest *below, IOReturn status) {
  BlockSlice *self = (BlockSlice *)owner;
  Shifted *shifted = (Shifted *)below;
  BlockRequest *request = shifted->request;
  IODelete(shifted, Shifted, 1);
  self->complete(request, status);
  if (--self->fOutstanding == 0 && self->fNeedToClose) {
    self->fNeedToClose = false;
    self->fDisk->close(self);
  }
}

bool BlockSlice::willTerminate(IOService *provider, IOOptionBits options) {
  fDead = true;
  return super::willTerminate(provider, options);
}

bool BlockSlice::didTerminate(IOService *provider, IOOptionBits options, bool *defer) {
  if (fOutstanding == 0) {
    fDisk->close(this);
  } else {
    fNeedToClose = true;
  }
  return super::didTerminate(provider, options, defer);
}
