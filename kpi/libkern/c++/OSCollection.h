// libkern/c++/OSCollection.h
//
// What all collections have in common. A collection retains what it holds with the tag
// OSTypeID(OSCollection). It has no lock of its own: threads that share one must serialise access.
// (service.md 1.4)
//
// A collection marked immutable, as properties of an entry in the registry are, panics when it is
// changed (OB-14).
#ifndef _LIBKERN_OSCOLLECTION_H
#define _LIBKERN_OSCOLLECTION_H

#include <libkern/c++/OSObject.h>
#include <libkern/c++/OSPtr.h>
#include <libkern/c++/OSSharedPtr.h>

class OSDictionary;

class OSCollection : public OSObject {
  OSDeclareAbstractStructors(OSCollection)
  friend class OSCollectionIterator;

 public:
  enum {
    kImmutable = 0x00000001,
    kSort = 0x00000002,  // accepted; upstream it sorts a dictionary's keys by address
    kMASK = (unsigned)-1,
  };

  // How many objects there are / there is room for / are made room for at a time.
  virtual unsigned int getCount() const = 0;
  virtual unsigned int getCapacity() const = 0;
  virtual unsigned int getCapacityIncrement() const = 0;
  // Returns the new increment; 0 restores the default, 16.
  virtual unsigned int setCapacityIncrement(unsigned increment) = 0;
  // Makes room for at least `newCapacity` objects; never shrinks. Returns the new capacity.
  virtual unsigned int ensureCapacity(unsigned int newCapacity) = 0;

  // Removes all objects; the capacity stays.
  virtual void flushCollection() = 0;

  // Changes the options in `mask` to those in `options`, here and in all collections inside;
  // returns the former options. With mask 0 it only returns them.
  virtual unsigned setOptions(unsigned options, unsigned mask, void *context = NULL);

  // A copy, not immutable, in which collections inside are copies too, each once. Other objects are
  // shared. The caller owns the reference. `cycleDict` is used between calls to know the copies
  // already made.
  virtual OSPtr<OSCollection> copyCollection(OSDictionary *cycleDict = NULL);

  // Calls `callback` with each object, in order, until it returns true or changes the collection.
  // True unless the collection was changed.
  bool iterateObjects(void *refcon, bool (*callback)(void *refcon, OSObject *object));

 protected:
  // Iteration, for OSCollectionIterator: the size of a position, the first one, and a step. The
  // step returns false at the end.
  virtual unsigned int iteratorSize() const = 0;
  virtual bool initIterator(void *iterationContext) const = 0;
  virtual bool getNextObjectForIterator(void *iterationContext, OSObject **nextObject) const = 0;

  virtual bool init() APPLE_KEXT_OVERRIDE;

  // Called before every change: panics if the collection is immutable, and ends iterations.
  void haveUpdated();

  unsigned int updateStamp;

 private:
  unsigned int fOptions;
};

#endif  // _LIBKERN_OSCOLLECTION_H
