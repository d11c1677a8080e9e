// libkern/c++/OSArray.h
//
// Objects in a row. (service.md 1.4)
#ifndef _LIBKERN_OSARRAY_H
#define _LIBKERN_OSARRAY_H

#include <libkern/c++/OSCollection.h>

class OSArray : public OSCollection {
  OSDeclareDefaultStructors(OSArray)

 public:
  // A new array: empty; with `objects`; with those of another. Null if an object is, or if a
  // capacity other than 0 is below the count. The caller owns the reference.
  static OSPtr<OSArray> withCapacity(unsigned int capacity);
  static OSPtr<OSArray> withObjects(const OSObject *objects[], unsigned int count,
                                    unsigned int capacity = 0);
  static OSPtr<OSArray> withArray(const OSArray *array, unsigned int capacity = 0);

  virtual bool initWithCapacity(unsigned int capacity);
  virtual bool initWithObjects(const OSObject *objects[], unsigned int count,
                               unsigned int capacity = 0);
  virtual bool initWithArray(const OSArray *array, unsigned int capacity = 0);

  virtual unsigned int getCount() const APPLE_KEXT_OVERRIDE;
  virtual unsigned int getCapacity() const APPLE_KEXT_OVERRIDE;
  virtual unsigned int getCapacityIncrement() const APPLE_KEXT_OVERRIDE;
  virtual unsigned int setCapacityIncrement(unsigned increment) APPLE_KEXT_OVERRIDE;
  virtual unsigned int ensureCapacity(unsigned int newCapacity) APPLE_KEXT_OVERRIDE;
  virtual void flushCollection() APPLE_KEXT_OVERRIDE;

  // Appends. False if the object is null.
  virtual bool setObject(const OSMetaClassBase *anObject);
  // Inserts before the object at `index`. False if the object is null or the index beyond the count
  // (OB-13).
  virtual bool setObject(unsigned int index, const OSMetaClassBase *anObject);
  template <typename T>
  bool setObject(const OSSharedPtr<T> &anObject) {
    return setObject(anObject.get());
  }
  template <typename T>
  bool setObject(unsigned int index, const OSSharedPtr<T> &anObject) {
    return setObject(index, anObject.get());
  }

  // Appends the objects of another array. False if that is null.
  virtual bool merge(const OSArray *otherArray);

  // Nothing happens if the index is out of range (OB-13) or the new object null.
  virtual void replaceObject(unsigned int index, const OSMetaClassBase *anObject);
  virtual void removeObject(unsigned int index);

  // Not retained; null if the index is out of range.
  virtual OSObject *getObject(unsigned int index) const;
  virtual OSObject *getLastObject() const;

  // The first index from `index` on of this very object; (unsigned)-1 if there is none.
  virtual unsigned int getNextIndexOfObject(const OSMetaClassBase *anObject,
                                            unsigned int index) const;

  // Whether the other is an array of the same length with equal objects.
  virtual bool isEqualTo(const OSArray *anArray) const;
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

  const OSMetaClassBase **array;
  unsigned int count;
  unsigned int capacity;
  unsigned int capacityIncrement;
};

#endif  // _LIBKERN_OSARRAY_H
