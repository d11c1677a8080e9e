// IOKit/IONotifier.h
//
// An installed handler: for services that come and go, or for a service's messages.
// (service.md 3.7)
#ifndef _IOKIT_IONOTIFIER_H
#define _IOKIT_IONOTIFIER_H

#include <libkern/c++/OSObject.h>

class IONotifier : public OSObject {
  OSDeclareAbstractStructors(IONotifier)

 public:
  // Removes the handler for good and releases the caller's reference. Waits until the handler runs
  // on no other thread, so a caller must hold no lock that the handler takes; the handler itself
  // may call it. (MT-23)
  virtual void remove() = 0;
  // Stops calls of the handler until enable(true). Returns whether it was enabled; waits like
  // remove.
  virtual bool disable() = 0;
  virtual void enable(bool was) = 0;
};

#endif  // _IOKIT_IONOTIFIER_H
