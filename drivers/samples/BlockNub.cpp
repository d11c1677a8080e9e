// The disk at the bottom of the block storage stack.
#include "drivers/samples/BlockNub.h"

#include <IOKit/IOWorkLoop.h>

#define super BlockService

OSDefineMetaClassAndStructors(BlockNub, BlockService)

BlockNub *BlockNub::plug(IOService *bus, UInt64 blocks, UInt32 latency, const char *content) {
  BlockNub *self = OSTypeAlloc(BlockNub);
  self->fBlocks = blocks;
  self->fLatency = latency;
  if (!self->init() || !self->attach(bus)) {
    self->release();
    return NULL;
  }
  if (content != NULL) self->setProperty("Content", content);
  if (!self->powerOn()) {
    self->detach(bus);
    self->release();
    return NULL;
  }
  self->registerService();
  return self;
}

bool BlockNub::powerOn() {
  fTimer = IOTimerEventSource::timerEventSource(this, &BlockNub::served);
  return fTimer != NULL && getWorkLoop()->addEventSource(fTimer) == kIOReturnSuccess;
}

void BlockNub::stop(IOService *provider) {
  fTimer->cancelTimeout();
  fTimer->getWorkLoop()->removeEventSource(fTimer);
  super::stop(provider);
}

void BlockNub::free() {
  OSSafeReleaseNULL(fTimer);
  super::free();
}

void BlockNub::unplug() {
  IOWorkLoop *loop = getWorkLoop();
  if (loop != NULL) loop->runAction(&BlockNub::pulled, this);
  terminate(kIOServiceRequired);
}

IOReturn BlockNub::pulled(OSObject *object, void *, void *, void *, void *) {
  BlockNub *self = (BlockNub *)object;
  self->fGone = true;
  // Requests fail before the nub is terminated, as on a real bus.
  self->finishAll(kIOReturnNotResponding);
  return kIOReturnSuccess;
}

IOReturn BlockNub::accept(BlockRequest *request) {
  if (fGone || isInactive()) return kIOReturnOffline;
  request->next = NULL;
  BlockRequest **last = &fRequests;
  while (*last != NULL) last = &(*last)->next;
  *last = request;
  if (fRequests == request) serveNext();
  return kIOReturnSuccess;
}

void BlockNub::serveNext() {
  if (fRequests != NULL) fTimer->setTimeoutUS(fLatency);
}

void BlockNub::served(OSObject *object, IOTimerEventSource *) {
  BlockNub *self = (BlockNub *)object;
  BlockRequest *request = self->fRequests;
  if (request == NULL) return;
  self->fRequests = request->next;
  self->serveNext();
  self->complete(request, kIOReturnSuccess);
}

void BlockNub::finishAll(IOReturn status) {
  fTimer->cancelTimeout();
  // A completion may submit a new request: that one is not failed here.
  BlockRequest *requests = fRequests;
  fRequests = NULL;
  while (requests != NULL) {
    BlockRequest *request = requests;
    requests = request->next;
    complete(request, status);
  }
  serveNext();
}
