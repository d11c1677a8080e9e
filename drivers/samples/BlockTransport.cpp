// The driver between the disk and its clients, with a queue.
#include "drivers/samples/BlockTransport.h"

#define super BlockService

OSDefineMetaClassAndStructors(BlockTransport, BlockService)

bool BlockTransport::start(IOService *provider) {
  if (!super::start(provider)) return false;
  fNub = OSDynamicCast(BlockService, provider);
  if (fNub == NULL || !fNub->open(this)) return false;
  registerService();
  return true;
}

IOReturn BlockTransport::accept(BlockRequest *request) {
  if (fDead) return kIOReturnOffline;
  request->next = NULL;
  BlockRequest **last = &fQueue;
  while (*last != NULL) last = &(*last)->next;
  *last = request;
  issue();
  return kIOReturnSuccess;
}

// Submits queued requests to the nub while it has free slots.
void BlockTransport::issue() {
  for (UInt32 i = 0; i < kDepth && fQueue != NULL; ++i) {
    Slot *slot = &fSlots[i];
    if (slot->request != NULL) continue;
    slot->request = fQueue;
    fQueue = fQueue->next;
    slot->command = {
        &returned, this, slot->request->block, slot->request->count, slot->request->write, NULL};
    const IOReturn result = fNub->submit(this, &slot->command);
    if (result == kIOReturnSuccess) continue;
    BlockRequest *refused = slot->request;
    slot->request = NULL;
    complete(refused, result);
  }
}

void BlockTransport::returned(void *owner, BlockRequest *command, IOReturn status) {
  BlockTransport *self = (BlockTransport *)owner;
  for (UInt32 i = 0; i < kDepth; ++i) {
    Slot *slot = &self->fSlots[i];
    if (&slot->command != command) continue;
    BlockRequest *request = slot->request;
    slot->request = NULL;
    if (!self->fDead) self->issue();
    // Whatever the bus returned: for the clients above, the device is gone.
    self->complete(request, self->fDead && status != kIOReturnSuccess ? kIOReturnOffline : status);
  }
  if (self->fNeedToClose && self->withNub() == 0) {
    self->fNeedToClose = false;
    self->fNub->close(self);
  }
}

UInt32 BlockTransport::withNub() const {
  UInt32 count = 0;
  for (UInt32 i = 0; i < kDepth; ++i) count += fSlots[i].request != NULL ? 1 : 0;
  return count;
}

void BlockTransport::abortAll() {
  BlockRequest *queue = fQueue;
  fQueue = NULL;
  fNub->abortAll();
  while (queue != NULL) {
    BlockRequest *request = queue;
    queue = request->next;
    complete(request, fDead ? kIOReturnOffline : kIOReturnAborted);
  }
}

bool BlockTransport::willTerminate(IOService *provider, IOOptionBits options) {
  fDead = true;
  abortAll();
  return super::willTerminate(provider, options);
}

bool BlockTransport::didTerminate(IOService *provider, IOOptionBits options, bool *defer) {
  if (withNub() == 0) {
    fNub->close(this);
  } else {
    fNeedToClose = true;
  }
  return super::didTerminate(provider, options, defer);
}
