// libkern/c++/OSOrderedSet.h
//
// Objects, each once, in the order of a function: the highest first, equals first come first.
// (service.md 1.4)
#ifndef _LIBKERN_OSORDEREDSET_H
#define _LIBKERN_OSORDEREDSET_H

#include <libkern/OSTypes.h>
#include <libkern/c++/OSCollection.h>

class OSOrderedSet : public OSCollection {
  OSDeclareDefaultStructors(OSOrderedSet)

 public:
  // Positive if the first ranks higher, negative if the second does, else 0. The second is null
  // when a score is asked for (orderObject).
  typedef SInt32 (*OSOrderFunction)(const OSMetaClassBase *obj1, const OSMetaClassBase *obj2,
                                    void *context);

  // A new set. Without a function all rank equal. The caller owns the reference.
  static OSPtr<OSOrderedSet> withCapacity(unsigned int capacity, OSOrderFunction orderFunc = NULL,
                                          void *orderingContext = NULL);

  virtual bool initWithCapacity(unsigned int capacity, OSOrderFunction orderFunc = NULL,
                                void *orderingContext = NULL);

  virtual unsigned int getCount() const APPLE_KEXT_OVERRIDE;
  virtual unsigned int getCapacity() const APPLE_KEXT_OVERRIDE;
  virtual unsigned int getCapacityIncrement() const APPLE_KEXT_OVERRIDE;
  virtual unsigned int setCapacityIncrement(unsigned increment) APPLE_KEXT_OVERRIDE;
  virtual unsigned int ensureCapacity(unsigned int newCapacity) APPLE_KEXT_OVERRIDE;
  virtual void flushCollection() APPLE_KEXT_OVERRIDE;

  // Puts the object in its place, after those of equal rank (OB-11). False if it is null or a
  // member already.
  virtual bool setObject(const OSMetaClassBase *anObject);
  template <typename T>
  bool setObject(const OSSharedPtr<T> &anObject) {
    return setObject(anObject.get());
  }
  // Puts it at the front, at the end, before the object at `index`, whatever its rank. False also
  // if the index is beyond the count.
  virtual bool setFirstObject(const OSMetaClassBase *anObject);
  virtual bool setLastObject(const OSMetaClassBase *anObject);
  virtual bool setObject(unsigned int index, const OSMetaClassBase *anObject);

  // Nothing happens if it is no member.
  virtual void removeObject(const OSMetaClassBase *anObject);

  virtual bool containsObject(const OSMetaClassBase *anObject) const;
  virtual bool member(const OSMetaClassBase *anObject) const;

  // Not retained; null if there is none.
  virtual OSObject *getObject(unsigned int index) const;
  virtual OSObject *getFirstObject() const;
  virtual OSObject *getLastObject() const;

  // What the function says of the object and null: its score. 0 without a function.
  virtual SInt32 orderObject(const OSMetaClassBase *anObject);

  // The context the function is called with.
  virtual void *getOrderingRef();

  // Whether the other is an ordered set of the same objects in the same order.
  virtual bool isEqualTo(const OSOrderedSet *anOrderedSet) const;
  virtual bool isEqualTo(const OSMetaClassBase *anObject) const APPLE_KEXT_OVERRIDE;

  virtual bool serialize(OSSerialize *serializer) const APPLE_KEXT_OVERRIDE;
  virtual unsigned setOptions(unsigned options, unsigned mask,
                              void *context = NULL) APPLE_KEXT_OVERRIDE;
  virtual OSPtr<OSCollection> copyCollection(OSDictionary *cycleDict = NULL) APPLE_KEXT_OVERRIDE;

 protected:
  virtual unsigned int iteratorSize() const APPLE_KEXT_OVERRIDE;
  virtual bool initIterator(void *iterator) const APPLE_KEXT_OVERRIDE;
  virtual bool getNextObjectForIterator(void *iterator,
                                        OSObject **nextObject) const APPLE_KEXT_OVERRIDE;

  virtual void free() APPLE_KEXT_OVERRIDE;

  OSOrderFunction ordering;
  void *orderingRef;

 private:
  const OSMetaClassBase **array;
  unsigned int count;
  unsigned int capacity;
  unsigned int capacityIncrement;
};

#endif  // _LIBKERN_OSORDEREDSET_H
