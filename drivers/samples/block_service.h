// drivers/samples/block_service.h
//
// A level of a stack of block storage drivers: a BlockService takes requests from its one client
// and serves them with requests to its own provider.
//
// All levels share the work loop of the nub at the bottom. submit, accept and complete run in its
// gate, so a level's members need no other protection. (service.md 4.11)
#ifndef DRYDOCK_DRIVERS_SAMPLES_BLOCK_SERVICE_H_
#define DRYDOCK_DRIVERS_SAMPLES_BLOCK_SERVICE_H_

#include <IOKit/IOService.h>

// One transfer. The client that submits it owns it, and must not touch it until it is completed.
struct BlockRequest {
  // Called in the gate, exactly once.
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
  // Submits a request of `client`, which has this service open. After kIOReturnSuccess the request
  // will be completed; after an error it never is. kIOReturnOffline once the device is going.
  IOReturn submit(IOService *client, BlockRequest *request);

  // Completes all outstanding requests with kIOReturnAborted, before it returns. In the gate.
  virtual void abortAll() = 0;

  virtual UInt64 blockCount() const = 0;

  // Remembers the client that has the service open.
  bool handleOpen(IOService *client, IOOptionBits options, void *argument) override;

 protected:
  // Takes a request: kIOReturnSuccess if it will be completed.
  virtual IOReturn accept(BlockRequest *request) = 0;

  // Calls the completion of a request.
  void complete(BlockRequest *request, IOReturn status);

 private:
  IOService *fBlockClient;  // the last to open it; not retained
};

#endif  // DRYDOCK_DRIVERS_SAMPLES_BLOCK_SERVICE_H_
