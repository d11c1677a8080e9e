// OSSet: objects, each once, in the order of insertion.
#include <libkern/c++/OSArray.h>
#include <libkern/c++/OSSerialize.h>
#include <libkern/c++/OSSet.h>

#include "libkern/array_storage.h"
#include "libkern/collection_items.h"
#include "libkern/copy_table.h"

#define super OSCollection
OSDefineMetaClassAndStructors(OSSet, OSCollection)

OSPtr<OSSet> OSSet::withCapacity(unsigned int capacity) {
  auto *set = new OSSet;
  if (!set->initWithCapacity(capacity)) {
    set->release();
    return nullptr;
  }
  return set;
}

OSPtr<OSSet> OSSet::withObjects(const OSObject *objects[], unsigned int count,
                                unsigned int capacity) {
  auto *set = new OSSet;
  if (!set->initWithObjects(objects, count, capacity)) {
    set->release();
    return nullptr;
  }
  return set;
}

OSPtr<OSSet> OSSet::withArray(const OSArray *array, unsigned int capacity) {
  auto *set = new OSSet;
  if (!set->initWithArray(array, capacity)) {
    set->release();
    return nullptr;
  }
  return set;
}

OSPtr<OSSet> OSSet::withSet(const OSSet *other, unsigned int capacity) {
  auto *set = new OSSet;
  if (!set->initWithSet(other, capacity)) {
    set->release();
    return nullptr;
  }
  return set;
}

bool OSSet::initWithCapacity(unsigned int inCapacity) {
  if (!super::init()) return false;
  capacityIncrement = inCapacity > 0 ? inCapacity : drydock::kDefaultCapacityIncrement;
  return drydock::GrowArray(&members, &capacity, capacityIncrement, inCapacity);
}

bool OSSet::initWithObjects(const OSObject *objects[], unsigned int inCount,
                            unsigned int inCapacity) {
  if (objects == nullptr && inCount > 0) return false;
  if (inCapacity == 0) inCapacity = inCount;
  if (inCount > inCapacity || !initWithCapacity(inCapacity)) return false;
  for (unsigned int i = 0; i < inCount; ++i) {
    if (objects[i] == nullptr) return false;
    setObject(objects[i]);  // false for one that occurs twice
  }
  return true;
}

bool OSSet::initWithArray(const OSArray *array, unsigned int inCapacity) {
  if (array == nullptr) return false;
  if (inCapacity == 0) inCapacity = array->getCount();
  if (array->getCount() > inCapacity || !initWithCapacity(inCapacity)) return false;
  merge(array);
  return true;
}

bool OSSet::initWithSet(const OSSet *set, unsigned int inCapacity) {
  if (set == nullptr) return false;
  if (inCapacity == 0) inCapacity = set->count;
  if (set->count > inCapacity || !initWithCapacity(inCapacity)) return false;
  merge(set);
  return true;
}

void OSSet::free() {
  drydock::ReleaseItems(&members, &count, &capacity);
  drydock::HeapFree(members);
  super::free();
}

unsigned int OSSet::getCount() const { return count; }

unsigned int OSSet::getCapacity() const { return capacity; }

unsigned int OSSet::getCapacityIncrement() const { return capacityIncrement; }

unsigned int OSSet::setCapacityIncrement(unsigned increment) {
  return capacityIncrement = increment > 0 ? increment : drydock::kDefaultCapacityIncrement;
}

unsigned int OSSet::ensureCapacity(unsigned int newCapacity) {
  drydock::GrowArray(&members, &capacity, capacityIncrement, newCapacity);
  return capacity;
}

void OSSet::flushCollection() {
  haveUpdated();
  drydock::ReleaseItems(&members, &count, &capacity);
}

bool OSSet::setObject(const OSMetaClassBase *anObject) {
  if (anObject == nullptr || containsObject(anObject)) return false;
  haveUpdated();
  anObject->taggedRetain(OSTypeID(OSCollection));
  if (containsObject(anObject) ||
      !drydock::GrowArray(&members, &capacity, capacityIncrement, count + 1)) {
    anObject->taggedRelease(OSTypeID(OSCollection));
    return false;
  }
  drydock::InsertItem(members, &count, count, anObject);
  return true;
}

bool OSSet::merge(const OSArray *array) {
  bool added = false;
  for (unsigned int i = 0; array != nullptr && i < array->getCount(); ++i)
    added |= setObject(array->getObject(i));
  return added;
}

bool OSSet::merge(const OSSet *set) {
  bool added = false;
  for (unsigned int i = 0; set != nullptr && i < set->count; ++i)
    added |= setObject(set->members[i]);
  return added;
}

void OSSet::removeObject(const OSMetaClassBase *anObject) {
  const unsigned int index = drydock::FindItem(members, count, anObject);
  if (index == count) return;
  haveUpdated();
  drydock::TakeItem(members, &count, index)->taggedRelease(OSTypeID(OSCollection));
}

bool OSSet::containsObject(const OSMetaClassBase *anObject) const {
  return anObject != nullptr && drydock::FindItem(members, count, anObject) < count;
}

bool OSSet::member(const OSMetaClassBase *anObject) const { return containsObject(anObject); }

OSObject *OSSet::getAnyObject() const {
  return count > 0 ? drydock::AsObject(members[0]) : nullptr;
}

bool OSSet::isEqualTo(const OSSet *aSet) const {
  if (aSet == this) return true;
  if (aSet == nullptr || aSet->count != count) return false;
  for (unsigned int i = 0; i < count; ++i) {
    if (!aSet->containsObject(members[i])) return false;
  }
  return true;
}

bool OSSet::isEqualTo(const OSMetaClassBase *anObject) const {
  return isEqualTo(OSDynamicCast(OSSet, anObject));
}

unsigned int OSSet::iteratorSize() const { return sizeof(unsigned int); }

bool OSSet::initIterator(void *iterator) const {
  *static_cast<unsigned int *>(iterator) = 0;
  return true;
}

bool OSSet::getNextObjectForIterator(void *iterator, OSObject **nextObject) const {
  const unsigned int index = (*static_cast<unsigned int *>(iterator))++;
  *nextObject = index < count ? drydock::AsObject(members[index]) : nullptr;
  return *nextObject != nullptr;
}

bool OSSet::serialize(OSSerialize *serializer) const {
  return drydock::SerializeItems(serializer, this, "set", members, count);
}

unsigned OSSet::setOptions(unsigned options, unsigned mask, void *context) {
  const unsigned former = super::setOptions(options, mask, context);
  if (((former ^ options) & mask) != 0) drydock::SetOptionsOfItems(members, count, options, mask);
  return former;
}

OSPtr<OSCollection> OSSet::copyCollection(OSDictionary *cycleDict) {
  drydock::CopyTable copies(cycleDict);
  if (OSCollection *const copied = copies.Find(this)) return copied;
  OSSet *const copy = OSSet::withSet(this);
  if (copy == nullptr) return nullptr;
  copies.CopyInner(
      this, copy, copy->count, [copy](unsigned int i) { return copy->members[i]; },
      [copy](unsigned int i, OSCollection *inner) {
        drydock::ReplaceItem(&copy->members[i], inner);
      });
  return copy;
}
