// drivers/samples/BlockTransport.h
//
// The intermediate driver: it queues requests while the device is busy with others, and must
// complete every one of them with an error when the device goes.
//
// The nub has at most two commands at a time; further requests wait in a queue here. When the nub
// will terminate, the driver refuses new requests, fails those in the queue, and aborts the
// commands that the nub has. It closes the nub when the last command is completed.
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

  // A command that the nub has, and the request it serves; null if the slot is free.
  struct Slot {
    BlockRequest command;
    BlockRequest *request;
  };

  void issue();
  static void returned(void *self, BlockRequest *command, IOReturn status);
  UInt32 withNub() const;

  BlockService *fNub;  // open from start until the last command is completed
  Slot fSlots[kDepth];
  BlockRequest *fQueue;  // oldest first
  bool fDead;            // the nub is being terminated
  bool fNeedToClose;     // close the nub when the last command completes
};

#endif  // DRYDOCK_DRIVERS_SAMPLES_BLOCKTRANSPORT_H_
