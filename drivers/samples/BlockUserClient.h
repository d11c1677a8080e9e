// drivers/samples/BlockUserClient.h
//
// The user client through which programs use a BlockReader: they call the methods below with
// IOConnectCallScalarMethod. Calls run on the programs' threads and sleep in the reader's gate.
// When the device goes the reader's requests fail, and I/O Kit stops the user client after the last
// call has left.
#ifndef DRYDOCK_DRIVERS_SAMPLES_BLOCKUSERCLIENT_H_
#define DRYDOCK_DRIVERS_SAMPLES_BLOCKUSERCLIENT_H_

#include <IOKit/IOUserClient.h>

#include "drivers/samples/BlockReader.h"

// The selectors.
enum {
  kBlockRead,   // scalars in: first block, number of blocks
  kBlockWrite,  // the same
  kBlockCount,  // scalar out: the number of blocks of the disk
  kBlockMethodCount
};

class BlockUserClient : public IOUserClient {
  OSDeclareDefaultStructors(BlockUserClient)

 public:
  bool start(IOService *provider) override;
  void free() override;
  IOReturn clientClose() override;
  IOReturn externalMethod(uint32_t selector, IOExternalMethodArguments *arguments,
                          IOExternalMethodDispatch *dispatch, OSObject *target,
                          void *reference) override;

 private:
  static const IOExternalMethodDispatch sMethods[kBlockMethodCount];

  static IOReturn sRead(OSObject *target, void *reference, IOExternalMethodArguments *args);
  static IOReturn sWrite(OSObject *target, void *reference, IOExternalMethodArguments *args);
  static IOReturn sCount(OSObject *target, void *reference, IOExternalMethodArguments *args);

  BlockReader *fReader;  // retained from start to free
};

#endif  // DRYDOCK_DRIVERS_SAMPLES_BLOCKUSERCLIENT_H_
