// drivers/samples/block_service.h
//
// What a stack of block storage drivers is made of: each level is a BlockService that takes
// requests from its one client and serves them with requests to its own provider.
//
// All levels share the work loop of the nub at the bottom. submit, accept and complete run in its
// gate, so a level's members need no other protection. (service.md 4.11)
#ifndef DRYDOCK_DRIVERS_SAMPLES_BLOCK_SERVICE_H_
#define DRYDOCK_DRIVERS_SAMPLES_BLOCK_SERVICE_H_

#include <IOKit/IOService.h>

// One transfer. Whoever submits it owns it, and leaves it alone until it is completed.
struct BlockRequest {
  // In the gate, exactly once.
  void (*completion)(void *owner, BlockRequest *request, IOReturn status);
  void *owner;
  UInt64 block;
  UInt32 count;
  bool write;
  BlockRequest *next;  // the provider's, while it has the request
};

class BlockService : public IOService {
  OSDeclareAbstractStructors(BlockService)

 public:
  // On behalf of `client`, which has this service open. On success the request is completed later;
  // else it never is. kIOReturnOffline once the device is going.
  IOReturn submit(IOService *client, BlockRequest *request);

  // Completes what is still outstanding with kIOReturnAborted, before it returns. In the gate.
  virtual void abortAll() = 0;

  virtual UInt64 blockCount() const = 0;

  // Remembers who has it open.
  bool handleOpen(IOService *client, IOOptionBits options, void *argument) override;

 protected:
  // Takes the request: true if it will be completed.
  virtual IOReturn accept(BlockRequest *request) = 0;

  // Gives it back to whom it came from.
  void complete(BlockRequest *request, IOReturn status);

 private:
  IOService *fBlockClient;  // the last to open it; not retained
};

#endif  // DRYDOCK_DRIVERS_SAMPLES_BLOCK_SERVICE_H_
