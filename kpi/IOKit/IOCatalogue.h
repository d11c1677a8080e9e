// IOKit/IOCatalogue.h
//
// The catalogue: the personalities of all drivers, which matching goes through. (service.md 3.2)
//
// All methods may be called on any thread; none from interrupt context.
#ifndef _IOKIT_IOCATALOGUE_H
#define _IOKIT_IOCATALOGUE_H

#include <libkern/c++/OSContainers.h>
#include <libkern/c++/OSObject.h>

class IOService;

namespace drydock {
void UnloadKext(const char *bundle_identifier);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverloaded-virtual"  // init takes arguments, unlike OSObject's

class IOCatalogue : public OSObject {
  OSDeclareDefaultStructors(IOCatalogue)

 public:
  virtual bool init(OSArray *initArray);
  virtual void free() APPLE_KEXT_OVERRIDE;

  // Adds personalities behind the existing ones; a personality that is there already is skipped.
  // With `doNubMatching`, registered services that they fit are matched again. False, and nothing
  // is added, if one of them is no dictionary.
  bool addDrivers(OSArray *personalities, bool doNubMatching = true);
  // Removes the personalities that are equal to `matching` in all of its keys. Their drivers stay.
  bool removeDrivers(OSDictionary *matching);

  // The personalities whose IOProviderClass names the service's class or a superclass of it; or
  // those that are equal to `matching` in all of its keys. Highest IOProbeScore first, older first
  // among equals; +1. The generation changes with the personalities. (service.md 3.2)
  OSPtr<OSOrderedSet> findDrivers(IOService *service, SInt32 *generationCount);
  OSPtr<OSOrderedSet> findDrivers(OSDictionary *matching, SInt32 *generationCount);
  SInt32 getGenerationCount() const { return generation; }

  // Matches again the registered services that personalities equal to `matching` fit.
  bool startMatching(OSDictionary *matching);

  // Whether the code of a kext, or the one a personality names by its CFBundleIdentifier, is
  // loaded. Here all that is linked in is, unless drydock::UnloadKext took it away.
  bool isModuleLoaded(const char *moduleName) const;
  bool isModuleLoaded(OSDictionary *driver) const;
  // The code of the kext is loaded now: matching that stalled on it goes on. (MT-24)
  void moduleHasLoaded(OSString *name);

 private:
  friend void drydock::UnloadKext(const char *bundle_identifier);
  OSArray *personalities;
  OSSet *unloaded;  // names of kexts, symbols
  SInt32 generation;
};

#pragma GCC diagnostic pop

// The booted platform's catalogue; null while none is booted.
extern IOCatalogue *gIOCatalogue;

#endif  // _IOKIT_IOCATALOGUE_H
