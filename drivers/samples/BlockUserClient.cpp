// The user client of a BlockReader.
#include "drivers/samples/BlockUserClient.h"

#define super IOUserClient

OSDefineMetaClassAndStructors(BlockUserClient, IOUserClient)

bool BlockUserClient::start(IOService *provider) {
  if (!super::start(provider)) return false;
  fReader = OSDynamicCast(BlockReader, provider);
  if (fReader == NULL) return false;
  fReader->retain();
  return true;
}

void BlockUserClient::free() {
  OSSafeReleaseNULL(fReader);
  super::free();
}

// The program has closed the connection, or died. Threads may still be inside: stop comes after the
// last of them has left.
IOReturn BlockUserClient::clientClose() {
  terminate();
  return kIOReturnSuccess;
}

const IOExternalMethodDispatch BlockUserClient::sMethods[kBlockMethodCount] = {
    {&BlockUserClient::sRead, 2, 0, 0, 0},
    {&BlockUserClient::sWrite, 2, 0, 0, 0},
    {&BlockUserClient::sCount, 0, 0, 1, 0},
};

IOReturn BlockUserClient::externalMethod(uint32_t selector, IOExternalMethodArguments *arguments,
                                         IOExternalMethodDispatch *dispatch, OSObject *target,
                                         void *reference) {
  if (selector < kBlockMethodCount) {
    dispatch = const_cast<IOExternalMethodDispatch *>(&sMethods[selector]);
    target = this;
  }
  return super::externalMethod(selector, arguments, dispatch, target, reference);
}

IOReturn BlockUserClient::sRead(OSObject *target, void *, IOExternalMethodArguments *args) {
  return ((BlockUserClient *)target)
      ->fReader->readBlocks(args->scalarInput[0], (UInt32)args->scalarInput[1]);
}

IOReturn BlockUserClient::sWrite(OSObject *target, void *, IOExternalMethodArguments *args) {
  return ((BlockUserClient *)target)
      ->fReader->writeBlocks(args->scalarInput[0], (UInt32)args->scalarInput[1]);
}

IOReturn BlockUserClient::sCount(OSObject *target, void *, IOExternalMethodArguments *args) {
  return ((BlockUserClient *)target)->fReader->getBlockCount(&args->scalarOutput[0]);
}
