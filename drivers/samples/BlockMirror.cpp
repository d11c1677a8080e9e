// A disk mirrored on two members.
#include "drivers/samples/BlockMirror.h"

#include <IOKit/IOLib.h>

#define super BlockService

OSDefineMetaClassAndStructors(BlockMirror, BlockService)

BlockMirror *BlockMirror::withMembers(BlockService *first, BlockService *second) {
  BlockMirror *self = OSTypeAlloc(BlockMirror);
  BlockService *disks[kMembers] = {first, second};
  if (!self->init()) {
    self->release();
    return NULL;
  }
  UInt32 attached = 0;
  while (attached < kMembers && self->attach(disks[attached])) {
    self->fMembers[attached].disk = disks[attached];
    ++attached;
  }
  if (attached == kMembers && self->start(first)) return self;
  while (attached-- > 0) self->detach(disks[attached]);
  self->release();
  return NULL;
}

bool BlockMirror::start(IOService *provider) {
  if (!super::start(provider)) return false;
  fBlocks = ~0ULL;
  for (UInt32 i = 0; i < kMembers; ++i) {
    Member *member = &fMembers[i];
    member->alive = member->disk->open(this);
    if (!member->alive) {
      while (i-- > 0) fMembers[i].disk->close(this);
      return false;
    }
    if (member->disk->blockCount() < fBlocks) fBlocks = member->disk->blockCount();
  }
  registerService();
  return true;
}

IOReturn BlockMirror::accept(BlockRequest *request) {
  if (isInactive()) return kIOReturnOffline;
  Copies *copies = IONewZero(Copies, 1);
  copies->self = this;
  copies->request = request;
  copies->error = kIOReturnOffline;
  copies->left = 1;  // for this function: the request cannot finish before all copies are sent
  for (UInt32 i = 0; i < kMembers; ++i) {
    if (send(copies, i) && !request->write) break;
  }
  if (copies->tried == 0) {
    IODelete(copies, Copies, 1);
    return kIOReturnOffline;
  }
  if (--copies->left == 0) finish(copies);
  return kIOReturnSuccess;
}

// Sends a copy to a member. False if the member did not accept it.
bool BlockMirror::send(Copies *copies, UInt32 index) {
  Member *member = &fMembers[index];
  if (!member->alive || (copies->tried & (1u << index)) != 0) return false;
  copies->tried |= 1u << index;
  const BlockRequest *request = copies->request;
  copies->below[index] = {&returned, copies, request->block, request->count, request->write, NULL};
  ++copies->left;
  ++member->outstanding;
  const IOReturn result = member->disk->submit(this, &copies->below[index]);
  if (result == kIOReturnSuccess) return true;
  copies->error = result;
  --copies->left;
  --member->outstanding;
  return false;
}

void BlockMirror::returned(void *owner, BlockRequest *below, IOReturn status) {
  Copies *copies = (Copies *)owner;
  BlockMirror *self = copies->self;
  const UInt32 index = (UInt32)(below - copies->below);
  if (status == kIOReturnSuccess) {
    copies->written = true;
  } else {
    copies->error = status;
    // The other member may be able to read.
    for (UInt32 i = 0; i < kMembers && !copies->request->write; ++i) {
      if (self->send(copies, i)) break;
    }
  }
  --self->fMembers[index].outstanding;
  if (--copies->left == 0) self->finish(copies);
  self->closeIfIdle(&self->fMembers[index]);
}

void BlockMirror::finish(Copies *copies) {
  BlockRequest *request = copies->request;
  const IOReturn status = copies->written ? kIOReturnSuccess : copies->error;
  IODelete(copies, Copies, 1);
  complete(request, status);
}

void BlockMirror::closeIfIdle(Member *member) {
  if (!member->needToClose || member->outstanding > 0) return;
  member->needToClose = false;
  member->disk->close(this);
}

void BlockMirror::abortAll() {
  for (UInt32 i = 0; i < kMembers; ++i) {
    if (fMembers[i].outstanding > 0) fMembers[i].disk->abortAll();
  }
}

bool BlockMirror::willTerminate(IOService *provider, IOOptionBits options) {
  UInt32 alive = 0;
  for (UInt32 i = 0; i < kMembers; ++i) {
    if (fMembers[i].disk == provider) fMembers[i].alive = false;
    alive += fMembers[i].alive ? 1 : 0;
  }
  if (alive == 0) terminate();
  return super::willTerminate(provider, options);
}

bool BlockMirror::didTerminate(IOService *provider, IOOptionBits options, bool *defer) {
  for (UInt32 i = 0; i < kMembers; ++i) {
    if (fMembers[i].disk != provider) continue;
    fMembers[i].needToClose = true;
    closeIfIdle(&fMembers[i]);
  }
  return super::didTerminate(provider, options, defer);
}
