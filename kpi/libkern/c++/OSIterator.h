// libkern/c++/OSIterator.h
//
// One pass over a group of objects.
#ifndef _LIBKERN_OSITERATOR_H
#define _LIBKERN_OSITERATOR_H

#include <libkern/c++/OSObject.h>
#include <libkern/c++/OSPtr.h>

class OSIterator : public OSObject {
  OSDeclareAbstractStructors(OSIterator)

 public:
  // Starts again, with what there is now.
  virtual void reset() = 0;

  // False once the group has changed since the start.
  virtual bool isValid() = 0;

  // The next object, not retained; null at the end and once the iterator is invalid.
  virtual OSObject *getNextObject() = 0;
};

#endif  // _LIBKERN_OSITERATOR_H
