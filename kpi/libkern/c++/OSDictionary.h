// libkern/c++/OSDictionary.h
//
// Objects by name. Keys are symbols, each once; the order is that of insertion.
// (service.md 1.4)
#ifndef _LIBKERN_OSDICTIONARY_H
#define _LIBKERN_OSDICTIONARY_H

#include <libkern/c++/OSCollection.h>

class OSArray;
class OSString;
class OSSymbol;

class OSDictionary : public OSCollection {
  OSDeclareDefaultStructors(OSDictionary)

 public:
  // A new dictionary: empty; with `keys` and their `objects`; with the entries of another. Null if
  // a key or object is, or if a capacity other than 0 is below the count. The caller owns the
  // reference.
  static OSPtr<OSDictionary> withCapacity(unsigned int capacity);
  static OSPtr<OSDictionary> withObjects(const OSObject *objects[], const OSSymbol *keys[],
                                         unsigned int count, unsigned int capacity = 0);
  static OSPtr<OSDictionary> withObjects(const OSObject *objects[], const OSString *keys[],
                                         unsigned int count, unsigned int capacity = 0);
  static OSPtr<OSDictionary> withDictionary(const OSDictionary *dict, unsigned int capacity = 0);

  virtual bool initWithCapacity(unsigned int capacity);
  virtual bool initWithObjects(const OSObject *objects[], const OSSymbol *keys[],
                               unsigned int count, unsigned int capacity = 0);
  virtual bool initWithObjects(const OSObject *objects[], const OSString *keys[],
                               unsigned int count, unsigned int capacity = 0);
  virtual bool initWithDictionary(const OSDictionary *dict, unsigned int capacity = 0);

  virtual unsigned int getCount() const APPLE_KEXT_OVERRIDE;
  virtual unsigned int getCapacity() const APPLE_KEXT_OVERRIDE;
  virtual unsigned int getCapacityIncrement() const APPLE_KEXT_OVERRIDE;
  virtual unsigned int setCapacityIncrement(unsigned increment) APPLE_KEXT_OVERRIDE;
  virtual unsigned int ensureCapacity(unsigned int newCapacity) APPLE_KEXT_OVERRIDE;
  virtual void flushCollection() APPLE_KEXT_OVERRIDE;

  // Adds an entry, or replaces the object of one, which keeps its place (OB-9). False if key or
  // object is null.
  virtual bool setObject(const OSSymbol *aKey, const OSMetaClassBase *anObject);
  virtual bool setObject(const OSString *aKey, const OSMetaClassBase *anObject);
  virtual bool setObject(const char *aKey, const OSMetaClassBase *anObject);
  template <typename Key, typename T>
  bool setObject(const Key *aKey, const OSSharedPtr<T> &anObject) {
    return setObject(aKey, static_cast<const OSMetaClassBase *>(anObject.get()));
  }
  template <typename Key, typename T>
  bool setObject(const OSSharedPtr<Key> &aKey, const T &anObject) {
    return setObject(aKey.get(), anObject);
  }

  // Nothing happens if there is no such entry.
  virtual void removeObject(const OSSymbol *aKey);
  virtual void removeObject(const OSString *aKey);
  virtual void removeObject(const char *aKey);

  // Adds the entries of another, replacing where there is one. False if that is null.
  virtual bool merge(const OSDictionary *otherDictionary);

  // Not retained; null if there is none.
  virtual OSObject *getObject(const OSSymbol *aKey) const;
  virtual OSObject *getObject(const OSString *aKey) const;
  virtual OSObject *getObject(const char *aKey) const;

  // Whether the other has the same keys, or has all of `keys` as this one does, with equal objects.
  virtual bool isEqualTo(const OSDictionary *aDictionary) const;
  virtual bool isEqualTo(const OSDictionary *aDictionary, const OSCollection *keys) const;
  virtual bool isEqualTo(const OSMetaClassBase *anObject) const APPLE_KEXT_OVERRIDE;

  // The keys, in order. The caller owns the reference.
  OSPtr<OSArray> copyKeys();

  using OSCollection::iterateObjects;
  // Calls `callback` with each entry, in order, until it returns true or changes the dictionary.
  // True unless the dictionary was changed.
  bool iterateObjects(void *refcon,
                      bool (*callback)(void *refcon, const OSSymbol *key, OSObject *object));

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

  struct dictEntry {
    const OSSymbol *key;
    const OSMetaClassBase *value;
  };
  dictEntry *dictionary;
  unsigned int count;
  unsigned int capacity;
  unsigned int capacityIncrement;

 private:
  // The index of the entry, or `count`.
  unsigned int find(const OSSymbol *key) const;
};

#endif  // _LIBKERN_OSDICTIONARY_H
