// IOKit/IONotifier.h
//
// A handler that somebody installed: for services that come and go, or for a service's messages.
// (service.md 3.7)
#ifndef _IOKIT_IONOTIFIER_H
#define _IOKIT_IONOTIFIER_H

#include <libkern/c++/OSObject.h>

class IONotifier : public OSObject {
  OSDeclareAbstractStructors(IONotifier)

 public:
  // Takes the handler away for good, and with it the caller's reference. When it returns the
  // handler runs on no other thread; on the handler's own thread it does not wait. (MT-23)
  virtual void remove() = 0;
  // The handler is not called until enable(true). Returns whether it was enabled; waits like
  // remove.
  virtual bool disable() = 0;
  virtual void enable(bool was) = 0;
};

#endif  // _IOKIT_IONOTIFIER_H
