// drivers/samples/BlockTransport.h
//
// The intermediate driver: it has commands queued while the device is busy with others, and when
// the device goes it must give every one of them back with an error.
//
// At most two commands are with the nub. What comes beyond that waits in a queue here. When its
// provider will terminate it refuses new requests and returns all it has: those in the queue
// itself, those with the nub by aborting them. It closes the nub when the last one is back.
#ifndef DRYDOCK_DRIVERS_SAMPLES_BLOCKTRANSPORT_H_
#define DRYDOCK_DRIVERS_SAMPLES_BLOCKTRANSPORT_H_

#include "drivers/samples/block_service.h"

class BlockTransport : public BlockService {
  OSDeclareDefaultStructors(BlockTransport)

 public:
  bool start(IOService *provider) override;
  bool willTerminate(IOService *provider, IOOptionBits options) override;
  bool didTerminate(IOService *provider, IOOptionBits options, bool *defer) override;
  void abortAll() override;
  UInt64 blockCount() const override { return fNub->blockCount(); }

 protected:
  IOReturn accept(BlockRequest *request) override;

 private:
  static const UInt32 kDepth = 2;

  // A command with the nub, and the request it serves; null if the slot is free.
  struct Slot {
    BlockRequest command;
    BlockRequest *request;
  };

  void issue();
  static void returned(void *self, BlockRequest *command, IOReturn status);
  UInt32 withNub() const;

  BlockService *fNub;  // open from start until the last command is back
  Slot fSlots[kDepth];
  BlockRequest *fQueue;  // first come, first served
  bool fDead;            // the nub is going
  bool fNeedToClose;     // the last command closes the nub
};

#endif  // DRYDOCK_DRIVERS_SAMPLES_BLOCKTRANSPORT_H_
