// drivers/samples/BlockReader.h
//
// The client at the top of the stack. Threads come through it and sleep in its gate until their
// request is back. When its provider goes it waits for them without waiting: the last one out
// closes the provider. (service.md 4.11)
#ifndef DRYDOCK_DRIVERS_SAMPLES_BLOCKREADER_H_
#define DRYDOCK_DRIVERS_SAMPLES_BLOCKREADER_H_

#include <IOKit/IOCommandGate.h>

#include "drivers/samples/block_service.h"

class BlockReader : public IOService {
  OSDeclareDefaultStructors(BlockReader)

 public:
  // Declines a disk whose property "Content" says that it is a part of something else.
  IOService *probe(IOService *provider, SInt32 *score) override;
  bool start(IOService *provider) override;
  void stop(IOService *provider) override;
  void free() override;
  bool willTerminate(IOService *provider, IOOptionBits options) override;
  bool didTerminate(IOService *provider, IOOptionBits options, bool *defer) override;

  // From any thread that holds a reference, but not in the gate. They return when the device has
  // done it, or with an error; kIOReturnOffline once it is going.
  IOReturn readBlocks(UInt64 block, UInt32 count) { return transfer(block, count, false); }
  IOReturn writeBlocks(UInt64 block, UInt32 count) { return transfer(block, count, true); }
  // How many blocks there are.
  IOReturn getBlockCount(UInt64 *count);

 private:
  // A thread inside, on its own stack.
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

  BlockService *fDisk;  // open from start until the last thread is out
  IOCommandGate *fGate;
  UInt32 fInside;     // threads
  bool fDead;         // the provider is going
  bool fNeedToClose;  // the last one out closes the provider
};

#endif  // DRYDOCK_DRIVERS_SAMPLES_BLOCKREADER_H_
