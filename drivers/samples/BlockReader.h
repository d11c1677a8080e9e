// drivers/samples/BlockReader.h
//
// The client at the top of the stack. Threads call it and sleep in its gate until their request is
// completed. When its provider is terminated the driver does not wait for them: the last
// thread to leave closes the provider. (service.md 4.11)
#ifndef DRYDOCK_DRIVERS_SAMPLES_BLOCKREADER_H_
#define DRYDOCK_DRIVERS_SAMPLES_BLOCKREADER_H_

#include <IOKit/IOCommandGate.h>

#include "drivers/samples/block_service.h"

class BlockReader : public IOService {
  OSDeclareDefaultStructors(BlockReader)

 public:
  // Declines a disk whose property "Content" says that another driver uses it.
  IOService *probe(IOService *provider, SInt32 *score) override;
  bool start(IOService *provider) override;
  void stop(IOService *provider) override;
  void free() override;
  bool willTerminate(IOService *provider, IOOptionBits options) override;
  bool didTerminate(IOService *provider, IOOptionBits options, bool *defer) override;

  // On any thread that holds a reference, not in the gate. They block until the device is done or
  // fails; kIOReturnOffline once the provider is being terminated.
  IOReturn readBlocks(UInt64 block, UInt32 count) { return transfer(block, count, false); }
  IOReturn writeBlocks(UInt64 block, UInt32 count) { return transfer(block, count, true); }
  // The number of blocks of the disk.
  IOReturn getBlockCount(UInt64 *count);

 private:
  // The call of one thread, on that thread's stack.
  struct Call {
    BlockRequest request;
    BlockReader *self;
    bool done;
    IOReturn status;
  };

  IOReturn transfer(UInt64 block, UInt32 count, bool write);
  IOReturn callInGate(IOCommandGate::Action action, void *argument);
  IOReturn transferGated(Call *call);
  IOReturn getBlockCountGated(UInt64 *count);
  static void returned(void *call, BlockRequest *request, IOReturn status);

  BlockService *fDisk;  // open from start until the last thread has left
  IOCommandGate *fGate;
  UInt32 fInside;     // threads inside
  bool fDead;         // the provider is being terminated
  bool fNeedToClose;  // close the provider when the last thread leaves
};

#endif  // DRYDOCK_DRIVERS_SAMPLES_BLOCKREADER_H_
