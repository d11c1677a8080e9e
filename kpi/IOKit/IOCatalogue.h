// IOKit/IOCatalogue.h
//
// The personalities that drivers announce.
#ifndef _IOKIT_IOCATALOGUE_H
#define _IOKIT_IOCATALOGUE_H

#include <libkern/c++/OSContainers.h>
#include <libkern/c++/OSObject.h>

class IOService;

class IOCatalogue : public OSObject {
  OSDeclareDefaultStructors(IOCatalogue)

 public:
  virtual bool init(OSArray *initArray);
  virtual void free() APPLE_KEXT_OVERRIDE;

  // Adds personalities, dictionaries, behind those there are. Services that are registered already
  // are not matched again by it.
  bool addDrivers(OSArray *personalities);
  // Removes the personalities that are equal to `matching` in all of its keys.
  bool removeDrivers(OSDictionary *matching);
  // The personalities whose IOProviderClass names the service's class or one above it, highest
  // IOProbeScore first, first come first among equals; +1. (service.md, section 3.2)
  OSPtr<OSOrderedSet> findDrivers(IOService *service);

 private:
  OSArray *personalities;
};

// The booted platform's catalogue; null while none is booted.
extern IOCatalogue *gIOCatalogue;

#endif  // _IOKIT_IOCATALOGUE_H
