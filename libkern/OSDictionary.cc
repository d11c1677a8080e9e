// OSDictionary: objects by symbol, in the order of insertion.
#include <libkern/c++/OSArray.h>
#include <libkern/c++/OSDictionary.h>
#include <libkern/c++/OSSerialize.h>
#include <libkern/c++/OSString.h>
#include <libkern/c++/OSSymbol.h>

#include "libkern/array_storage.h"
#include "libkern/collection_items.h"
#include "libkern/copy_table.h"
#include "libkern/symbol_pool.h"
#include "libkern/xml_text.h"

#define super OSCollection
OSDefineMetaClassAndStructors(OSDictionary, OSCollection)

OSPtr<OSDictionary> OSDictionary::withCapacity(unsigned int capacity) {
  auto *dictionary = new OSDictionary;
  if (!dictionary->initWithCapacity(capacity)) {
    dictionary->release();
    return nullptr;
  }
  return dictionary;
}

OSPtr<OSDictionary> OSDictionary::withObjects(const OSObject *objects[], const OSSymbol *keys[],
                                              unsigned int count, unsigned int capacity) {
  auto *dictionary = new OSDictionary;
  if (!dictionary->initWithObjects(objects, keys, count, capacity)) {
    dictionary->release();
    return nullptr;
  }
  return dictionary;
}

OSPtr<OSDictionary> OSDictionary::withObjects(const OSObject *objects[], const OSString *keys[],
                                              unsigned int count, unsigned int capacity) {
  auto *dictionary = new OSDictionary;
  if (!dictionary->initWithObjects(objects, keys, count, capacity)) {
    dictionary->release();
    return nullptr;
  }
  return dictionary;
}

OSPtr<OSDictionary> OSDictionary::withDictionary(const OSDictionary *dict, unsigned int capacity) {
  auto *dictionary = new OSDictionary;
  if (!dictionary->initWithDictionary(dict, capacity)) {
    dictionary->release();
    return nullptr;
  }
  return dictionary;
}

bool OSDictionary::initWithCapacity(unsigned int inCapacity) {
  if (!super::init()) return false;
  capacityIncrement = inCapacity > 0 ? inCapacity : drydock::kDefaultCapacityIncrement;
  return drydock::GrowArray(&dictionary, &capacity, capacityIncrement, inCapacity);
}

namespace {

template <typename Key>
bool SetAll(OSDictionary *dictionary, const OSObject *objects[], const Key *keys[],
            unsigned int count) {
  for (unsigned int i = 0; i < count; ++i) {
    if (!dictionary->setObject(keys[i], objects[i])) return false;
  }
  return true;
}

}  // namespace

bool OSDictionary::initWithObjects(const OSObject *objects[], const OSSymbol *keys[],
                                   unsigned int inCount, unsigned int inCapacity) {
  if ((objects == nullptr || keys == nullptr) && inCount > 0) return false;
  if (inCapacity == 0) inCapacity = inCount;
  return inCount <= inCapacity && initWithCapacity(inCapacity) &&
         SetAll(this, objects, keys, inCount);
}

bool OSDictionary::initWithObjects(const OSObject *objects[], const OSString *keys[],
                                   unsigned int inCount, unsigned int inCapacity) {
  if ((objects == nullptr || keys == nullptr) && inCount > 0) return false;
  if (inCapacity == 0) inCapacity = inCount;
  return inCount <= inCapacity && initWithCapacity(inCapacity) &&
         SetAll(this, objects, keys, inCount);
}

bool OSDictionary::initWithDictionary(const OSDictionary *dict, unsigned int inCapacity) {
  if (dict == nullptr) return false;
  if (inCapacity == 0) inCapacity = dict->count;
  return dict->count <= inCapacity && initWithCapacity(inCapacity) && merge(dict);
}

namespace {

// For both the key, which is a symbol, and the value.
void ReleaseEntry(const OSMetaClassBase *key, const OSMetaClassBase *value) {
  key->taggedRelease(OSTypeID(OSCollection));
  value->taggedRelease(OSTypeID(OSCollection));
}

}  // namespace

void OSDictionary::free() {
  drydock::TakeAllItems(&dictionary, &count, &capacity,
                        [](const dictEntry &entry) { ReleaseEntry(entry.key, entry.value); });
  drydock::HeapFree(dictionary);
  super::free();
}

unsigned int OSDictionary::getCount() const { return count; }

unsigned int OSDictionary::getCapacity() const { return capacity; }

unsigned int OSDictionary::getCapacityIncrement() const { return capacityIncrement; }

unsigned int OSDictionary::setCapacityIncrement(unsigned increment) {
  return capacityIncrement = increment > 0 ? increment : drydock::kDefaultCapacityIncrement;
}

unsigned int OSDictionary::ensureCapacity(unsigned int newCapacity) {
  drydock::GrowArray(&dictionary, &capacity, capacityIncrement, newCapacity);
  return capacity;
}

void OSDictionary::flushCollection() {
  haveUpdated();
  drydock::TakeAllItems(&dictionary, &count, &capacity,
                        [](const dictEntry &entry) { ReleaseEntry(entry.key, entry.value); });
}

unsigned int OSDictionary::find(const OSSymbol *key) const {
  unsigned int index = 0;
  while (index < count && dictionary[index].key != key) ++index;
  return index;
}

bool OSDictionary::setObject(const OSSymbol *aKey, const OSMetaClassBase *anObject) {
  if (aKey == nullptr || anObject == nullptr) return false;
  haveUpdated();
  anObject->taggedRetain(OSTypeID(OSCollection));
  const unsigned int index = find(aKey);
  if (index < count) {
    const OSMetaClassBase *const replaced = dictionary[index].value;
    dictionary[index].value = anObject;
    replaced->taggedRelease(OSTypeID(OSCollection));
    return true;
  }
  if (!drydock::GrowArray(&dictionary, &capacity, capacityIncrement, count + 1)) {
    anObject->taggedRelease(OSTypeID(OSCollection));
    return false;
  }
  aKey->taggedRetain(OSTypeID(OSCollection));
  drydock::InsertItem(dictionary, &count, count, dictEntry{aKey, anObject});
  return true;
}

bool OSDictionary::setObject(const OSString *aKey, const OSMetaClassBase *anObject) {
  const OSSymbol *const symbol = OSSymbol::withString(aKey);
  if (symbol == nullptr) return false;
  const bool ok = setObject(symbol, anObject);
  symbol->release();
  return ok;
}

bool OSDictionary::setObject(const char *aKey, const OSMetaClassBase *anObject) {
  const OSSymbol *const symbol = OSSymbol::withCString(aKey);
  if (symbol == nullptr) return false;
  const bool ok = setObject(symbol, anObject);
  symbol->release();
  return ok;
}

void OSDictionary::removeObject(const OSSymbol *aKey) {
  const unsigned int index = find(aKey);
  if (index == count) return;
  haveUpdated();
  const dictEntry entry = drydock::TakeItem(dictionary, &count, index);
  ReleaseEntry(entry.key, entry.value);
}

void OSDictionary::removeObject(const OSString *aKey) {
  if (aKey != nullptr) removeObject(aKey->getCStringNoCopy());
}

void OSDictionary::removeObject(const char *aKey) {
  if (aKey != nullptr) removeObject(drydock::FindSymbol(aKey));
}

bool OSDictionary::merge(const OSDictionary *otherDictionary) {
  if (otherDictionary == nullptr) return false;
  for (unsigned int i = 0; i < otherDictionary->count; ++i) {
    const dictEntry entry = otherDictionary->dictionary[i];
    if (!setObject(entry.key, entry.value)) return false;
  }
  return true;
}

OSObject *OSDictionary::getObject(const OSSymbol *aKey) const {
  const unsigned int index = find(aKey);
  return index < count ? drydock::AsObject(dictionary[index].value) : nullptr;
}

OSObject *OSDictionary::getObject(const OSString *aKey) const {
  return aKey == nullptr ? nullptr : getObject(aKey->getCStringNoCopy());
}

OSObject *OSDictionary::getObject(const char *aKey) const {
  if (aKey == nullptr) return nullptr;
  const OSSymbol *const symbol = drydock::FindSymbol(aKey);
  return symbol == nullptr ? nullptr : getObject(symbol);
}

bool OSDictionary::isEqualTo(const OSDictionary *aDictionary) const {
  if (aDictionary == this) return true;
  if (aDictionary == nullptr || aDictionary->count != count) return false;
  for (unsigned int i = 0; i < count; ++i) {
    const OSObject *const other = aDictionary->getObject(dictionary[i].key);
    if (other == nullptr || !dictionary[i].value->isEqualTo(other)) return false;
  }
  return true;
}

bool OSDictionary::isEqualTo(const OSDictionary *aDictionary, const OSCollection *keys) const {
  if (aDictionary == this) return true;
  if (aDictionary == nullptr || keys == nullptr) return false;
  struct Comparison {
    const OSDictionary *here;
    const OSDictionary *there;
    bool equal;
  } comparison = {this, aDictionary, true};
  const_cast<OSCollection *>(keys)->iterateObjects(&comparison, [](void *refcon, OSObject *object) {
    auto *const c = static_cast<Comparison *>(refcon);
    const auto *const key = OSDynamicCast(OSString, object);
    const OSObject *const mine = c->here->getObject(key);
    const OSObject *const other = c->there->getObject(key);
    c->equal = mine != nullptr && other != nullptr && mine->isEqualTo(other);
    return !c->equal;
  });
  return comparison.equal;
}

bool OSDictionary::isEqualTo(const OSMetaClassBase *anObject) const {
  return isEqualTo(OSDynamicCast(OSDictionary, anObject));
}

OSPtr<OSArray> OSDictionary::copyKeys() {
  OSArray *const keys = OSArray::withCapacity(count);
  for (unsigned int i = 0; keys != nullptr && i < count; ++i) keys->setObject(dictionary[i].key);
  return keys;
}

bool OSDictionary::iterateObjects(void *refcon, bool (*callback)(void *refcon, const OSSymbol *key,
                                                                 OSObject *object)) {
  const unsigned int stamp = updateStamp;
  for (unsigned int i = 0; stamp == updateStamp && i < count; ++i) {
    if (callback(refcon, dictionary[i].key, drydock::AsObject(dictionary[i].value))) break;
  }
  return stamp == updateStamp;
}

unsigned int OSDictionary::iteratorSize() const { return sizeof(unsigned int); }

bool OSDictionary::initIterator(void *iterator) const {
  *static_cast<unsigned int *>(iterator) = 0;
  return true;
}

bool OSDictionary::getNextObjectForIterator(void *iterator, OSObject **nextObject) const {
  const unsigned int index = (*static_cast<unsigned int *>(iterator))++;
  *nextObject = index < count ? drydock::AsObject(dictionary[index].key) : nullptr;
  return *nextObject != nullptr;
}

bool OSDictionary::serialize(OSSerialize *serializer) const {
  if (serializer->previouslySerialized(this)) return true;
  if (!serializer->addXMLStartTag(this, "dict")) return false;
  for (unsigned int i = 0; i < count; ++i) {
    const dictEntry entry = dictionary[i];
    if (!serializer->addString("<key>") ||
        !drydock::AddEscaped(serializer, entry.key->getCStringNoCopy()) ||
        !serializer->addXMLEndTag("key") || !entry.value->serialize(serializer)) {
      return false;
    }
  }
  return serializer->addXMLEndTag("dict");
}

unsigned OSDictionary::setOptions(unsigned options, unsigned mask, void *context) {
  const unsigned former = super::setOptions(options, mask, context);
  if (((former ^ options) & mask) != 0) {
    for (unsigned int i = 0; i < count; ++i)
      drydock::SetOptionsOfItems(&dictionary[i].value, 1, options, mask);
  }
  return former;
}

OSPtr<OSCollection> OSDictionary::copyCollection(OSDictionary *cycleDict) {
  drydock::CopyTable copies(cycleDict);
  if (OSCollection *const copied = copies.Find(this)) return copied;
  OSDictionary *const copy = OSDictionary::withDictionary(this);
  if (copy == nullptr) return nullptr;
  copies.CopyInner(
      this, copy, copy->count, [copy](unsigned int i) { return copy->dictionary[i].value; },
      [copy](unsigned int i, OSCollection *inner) {
        copy->setObject(copy->dictionary[i].key, inner);
      });
  return copy;
}
