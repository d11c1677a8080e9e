// What all levels of the block storage stack share.
#include "drivers/samples/block_service.h"

#include "drivers/service/io_rules.h"

OSDefineMetaClassAndAbstractStructors(BlockService, IOService)

static const UInt32 kBlockBytes = 512;

bool BlockService::handleOpen(IOService *client, IOOptionBits options, void *argument) {
  if (!IOService::handleOpen(client, options, argument)) return false;
  fBlockClient = client;
  return true;
}

IOReturn BlockService::submit(IOService *client, BlockRequest *request) {
  if (request->block + request->count > blockCount()) return kIOReturnBadArgument;
  // An accepted request may be completed and freed already.
  const UInt64 bytes = request->count * kBlockBytes;
  const char *const name = request->write ? "write" : "read";
  const IOReturn result = accept(request);
  if (result == kIOReturnSuccess) drydock::IoAccepted(this, client, this, bytes, name);
  return result;
}

void BlockService::complete(BlockRequest *request, IOReturn status) {
  drydock::IoCompleted(this, fBlockClient, this, status, request->count * kBlockBytes);
  request->completion(request->owner, request, status);
}
