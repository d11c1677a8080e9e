// drivers/samples/BlockSlice.h
//
// A filter in the middle of the stack: the second half of the disk below it, as a disk. It queues
// nothing: its provider has all its requests, and completes them when it is terminated.
#ifndef DRYDOCK_DRIVERS_SAMPLES_BLOCKSLICE_H_
#define DRYDOCK_DRIVERS_SAMPLES_BLOCKSLICE_H_

#include "drivers/samples/block_service.h"

class BlockSlice : public BlockService {
  OSDeclareDefaultStructors(BlockSlice)

 public:
  bool start(IOService *provider) override;
  bool willTerminate(IOService *provider, IOOptionBits options) override;
  bool didTerminate(IOService *provider, IOOptionBits options, bool *defer) override;
  void abortAll() override { fDisk->abortAll(); }
  UInt64 blockCount() const override { return fDisk->blockCount() / 2; }

 protected:
  IOReturn accept(BlockRequest *request) override;

 private:
  // The request that is submitted to the disk in place of a client's.
  struct Shifted {
    BlockRequest below;
    BlockRequest *request;
  };
  static void returned(void *self, BlockRequest *below, IOReturn status);

  BlockService *fDisk;  // open from start until the last request is completed
  UInt32 fOutstanding;  // requests submitted to the disk and not completed
  bool fDead;           // the disk is being terminated
  bool fNeedToClose;    // close the disk when the last request completes
};

#endif  // DRYDOCK_DRIVERS_SAMPLES_BLOCKSLICE_H_
