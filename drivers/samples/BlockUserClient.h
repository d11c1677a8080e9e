// drivers/samples/BlockUserClient.h
//
// How programs use a BlockReader: the methods below, through IOConnectCallScalarMethod. Calls run
// on the programs' threads and sleep in the reader's gate; the reader's requests come back with
// errors when the device goes, and I/O Kit stops the user client only once the last call has left.
#ifndef DRYDOCK_DRIVERS_SAMPLES_BLOCKUSERCLIENT_H_
#define DRYDOCK_DRIVERS_SAMPLES_BLOCKUSERCLIENT_H_

#include <IOKit/IOUserClient.h>

#include "drivers/samples/BlockReader.h"

// The selectors.
enum {
  kBlockRead,   // scalars in: first block, how many
  kBlockWrite,  // the same
  kBlockCount,  // scalar out: how many there are
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
