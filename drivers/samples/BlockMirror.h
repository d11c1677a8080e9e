// drivers/samples/BlockMirror.h
//
// A disk mirrored on two members: a driver on two providers. Writes go to both, reads to the first
// member that is alive, and to the other if that fails. The mirror survives the loss of one member.
// It terminates itself when the last member is about to go: a provider's termination does not
// terminate a client that has another provider. (service.md 4.3)
#ifndef DRYDOCK_DRIVERS_SAMPLES_BLOCKMIRROR_H_
#define DRYDOCK_DRIVERS_SAMPLES_BLOCKMIRROR_H_

#include "drivers/samples/block_service.h"

class BlockMirror : public BlockService {
  OSDeclareDefaultStructors(BlockMirror)

 public:
  // A mirror attached to both members, which share a work loop, started and published; +1. NULL if
  // a member is being terminated.
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
    UInt32 outstanding;  // requests submitted to it and not completed
    bool alive;
    bool needToClose;  // close it when its last request completes
  };

  // A request, and the requests submitted to the members in its place.
  struct Copies {
    BlockRequest below[kMembers];
    BlockMirror *self;
    BlockRequest *request;
    UInt32 left;   // requests not completed yet
    bool written;  // at least one member has the data
    UInt32 tried;  // a bit for each member
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
