// drivers/samples/BlockMirror.h
//
// A disk made of two that hold the same: a driver on two providers. Writes go to both, reads to the
// first that lives, and to the other if that fails. It survives the loss of one member, and ends
// itself when it hears that the last will go: that provider alone would not take it along, nor
// would two that go together. (service.md 4.3)
#ifndef DRYDOCK_DRIVERS_SAMPLES_BLOCKMIRROR_H_
#define DRYDOCK_DRIVERS_SAMPLES_BLOCKMIRROR_H_

#include "drivers/samples/block_service.h"

class BlockMirror : public BlockService {
  OSDeclareDefaultStructors(BlockMirror)

 public:
  // Attached to both, which share a work loop, started and published; +1. NULL if one of them is
  // going.
  static BlockMirror *withMembers(BlockService *first, BlockService *second);

  bool start(IOService *provider) override;
  bool willTerminate(IOService *provider, IOOptionBits options) override;
  bool didTerminate(IOService *provider, IOOptionBits options, bool *defer) override;
  void abortAll() override;
  UInt64 blockCount() const override { return fBlocks; }

 protected:
  IOReturn accept(BlockRequest *request) override;

 private:
  static const UInt32 kMembers = 2;

  struct Member {
    BlockService *disk;
    UInt32 outstanding;  // requests that are with it
    bool alive;
    bool needToClose;  // its last request closes it
  };

  // A request, and what is with each member in its place.
  struct Copies {
    BlockRequest below[kMembers];
    BlockMirror *self;
    BlockRequest *request;
    UInt32 left;   // not yet back
    bool written;  // somewhere
    UInt32 tried;  // bits, by member
    IOReturn error;
  };

  bool send(Copies *copies, UInt32 member);
  static void returned(void *copies, BlockRequest *below, IOReturn status);
  void finish(Copies *copies);
  void closeIfIdle(Member *member);

  Member fMembers[kMembers];
  UInt64 fBlocks;
};

#endif  // DRYDOCK_DRIVERS_SAMPLES_BLOCKMIRROR_H_
