// libkern/c++/OSCollectionIterator.h
//
// Goes over a collection in its order; over the keys, if it is a dictionary. Any change of the
// collection ends the pass until reset() (OB-7).
#ifndef _LIBKERN_OSCOLLECTIONITERATOR_H
#define _LIBKERN_OSCOLLECTIONITERATOR_H

#include <libkern/c++/OSCollection.h>
#include <libkern/c++/OSIterator.h>

class OSCollectionIterator : public OSIterator {
  OSDeclareDefaultStructors(OSCollectionIterator)

 public:
  // A new iterator, which retains the collection; null if that is null. The pass starts with the
  // first use.
  static OSPtr<OSCollectionIterator> withCollection(const OSCollection *inColl);

  virtual bool initWithCollection(const OSCollection *inColl);

  virtual void reset() APPLE_KEXT_OVERRIDE;
  virtual bool isValid() APPLE_KEXT_OVERRIDE;
  virtual OSObject *getNextObject() APPLE_KEXT_OVERRIDE;

 protected:
  virtual void free() APPLE_KEXT_OVERRIDE;

  const OSCollection *collection;
  void *collIterator;  // the position; null before the first use
  unsigned int initialUpdateStamp;
  bool valid;
};

#endif  // _LIBKERN_OSCOLLECTIONITERATOR_H
