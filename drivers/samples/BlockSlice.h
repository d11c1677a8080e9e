// drivers/samples/BlockSlice.h
//
// A filter in the middle of the stack: the second half of the disk below it, as a disk. It queues
// nothing: its requests are with its provider, which returns them when it goes.
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
  // What goes down in place of a request.
  struct Shifted {
    BlockRequest below;
    BlockRequest *request;
  };
  static void returned(void *self, BlockRequest *below, IOReturn status);

  BlockService *fDisk;  // open from start until the last request is back
  UInt32 fOutstanding;  // requests that are with the disk
  bool fDead;           // the disk is going
  bool fNeedToClose;    // the last request closes it
};

#endif  // DRYDOCK_DRIVERS_SAMPLES_BLOCKSLICE_H_
