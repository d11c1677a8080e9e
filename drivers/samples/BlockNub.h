// drivers/samples/BlockNub.h
//
// A disk on a bus: the nub at the bottom of the stack together with its hardware. The whole stack
// shares the bus's work loop. Requests are served one after the other, in `latency` microseconds
// each.
#ifndef DRYDOCK_DRIVERS_SAMPLES_BLOCKNUB_H_
#define DRYDOCK_DRIVERS_SAMPLES_BLOCKNUB_H_

#include <IOKit/IOTimerEventSource.h>

#include "drivers/samples/block_service.h"

class BlockNub : public BlockService {
  OSDeclareDefaultStructors(BlockNub)

 public:
  // A disk, attached to its bus and published; +1. `content`, which may be NULL, becomes the
  // property "Content".
  static BlockNub *plug(IOService *bus, UInt64 blocks, UInt32 latency, const char *content = NULL);

  // Pulls the cable: outstanding requests fail, and the nub is terminated. Not in the gate.
  void unplug();

  void stop(IOService *provider) override;
  void free() override;
  void abortAll() override { finishAll(kIOReturnAborted); }
  UInt64 blockCount() const override { return fBlocks; }

 protected:
  IOReturn accept(BlockRequest *request) override;

 private:
  bool powerOn();
  void serveNext();
  void finishAll(IOReturn status);
  static void served(OSObject *self, IOTimerEventSource *timer);
  static IOReturn pulled(OSObject *self, void *, void *, void *, void *);

  IOTimerEventSource *fTimer;
  UInt64 fBlocks;
  UInt32 fLatency;
  BlockRequest *fRequests;  // oldest first; the first is in service
  bool fGone;               // the cable has been pulled
};

#endif  // DRYDOCK_DRIVERS_SAMPLES_BLOCKNUB_H_
