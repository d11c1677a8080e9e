// drivers/samples/BlockNub.h
//
// A disk on a bus: the nub at the bottom of the stack, and its hardware in one. The work loop is
// the bus's, as it is for all above. A request takes `latency` microseconds; one is served after
// the other.
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

  // The hand on the cable: what is under way fails, and the nub is terminated. Not in the gate.
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
  BlockRequest *fRequests;  // first come, first served; the first is under way
  bool fGone;               // the cable is out
};

#endif  // DRYDOCK_DRIVERS_SAMPLES_BLOCKNUB_H_
