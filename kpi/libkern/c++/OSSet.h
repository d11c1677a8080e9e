// libkern/c++/OSSet.h
//
// Objects, each once. Membership is a matter of identity, not of equality; the order is that of
// insertion. (service.md 1.4)
#ifndef _LIBKERN_OSSET_H
#define _LIBKERN_OSSET_H

#include <libkern/c++/OSCollection.h>

class OSArray;

class OSSet : public OSCollection {
  OSDeclareDefaultStructors(OSSet)

 public:
  // A new set: empty; with `objects`; with those of an array or set. Null if an object is, or if a
  // capacity other than 0 is below the count. The caller owns the reference.
  static OSPtr<OSSet> withCapacity(unsigned int capacity);
  static OSPtr<OSSet> withObjects(const OSObject *objects[], unsigned int count,
                                  unsigned int capacity = 0);
  static OSPtr<OSSet> withArray(const OSArray *array, unsigned int capacity = 0);
  static OSPtr<OSSet> withSet(const OSSet *set, unsigned int capacity = 0);

  virtual bool initWithCapacity(unsigned int capacity);
  virtual bool initWithObjects(const OSObject *objects[], unsigned int count,
                               unsigned int capacity = 0);
  virtual bool initWithArray(const OSArray *array, unsigned int capacity = 0);
  virtual bool initWithSet(const OSSet *set, unsigned int capacity = 0);

  virtual unsigned int getCount() const APPLE_KEXT_OVERRIDE;
  virtual unsigned int getCapacity() const APPLE_KEXT_OVERRIDE;
  virtual unsigned int getCapacityIncrement() const APPLE_KEXT_OVERRIDE;
  virtual unsigned int setCapacityIncrement(unsigned increment) APPLE_KEXT_OVERRIDE;
  virtual unsigned int ensureCapacity(unsigned int newCapacity) APPLE_KEXT_OVERRIDE;
  virtual void flushCollection() APPLE_KEXT_OVERRIDE;

  // False if the object is null or a member already (OB-12).
  virtual bool setObject(const OSMetaClassBase *anObject);
  template <typename T>
  bool setObject(const OSSharedPtr<T> &anObject) {
    return setObject(anObject.get());
  }

  // Adds the members of another. True if any was new.
  virtual bool merge(const OSArray *array);
  virtual bool merge(const OSSet *set);

  // Nothing happens if it is no member.
  virtual void removeObject(const OSMetaClassBase *anObject);

  virtual bool containsObject(const OSMetaClassBase *anObject) const;
  virtual bool member(const OSMetaClassBase *anObject) const;

  // One of the members, not retained; null if there is none.
  virtual OSObject *getAnyObject() const;

  // Whether the other is a set of the same members.
  virtual bool isEqualTo(const OSSet *aSet) const;
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

 private:
  const OSMetaClassBase **members;
  unsigned int count;
  unsigned int capacity;
  unsigned int capacityIncrement;
};

#endif  // _LIBKERN_OSSET_H
