// OSOrderedSet: objects in the order of a comparison function.
#include <libkern/c++/OSOrderedSet.h>
#include <libkern/c++/OSSerialize.h>

#include "libkern/array_storage.h"
#include "libkern/collection_items.h"
#include "libkern/copy_table.h"

#define super OSCollection
OSDefineMetaClassAndStructors(OSOrderedSet, OSCollection)

OSPtr<OSOrderedSet> OSOrderedSet::withCapacity(unsigned int capacity, OSOrderFunction orderFunc,
                                               void *orderingContext) {
  auto *set = new OSOrderedSet;
  if (!set->initWithCapacity(capacity, orderFunc, orderingContext)) {
    set->release();
    return nullptr;
  }
  return set;
}

bool OSOrderedSet::initWithCapacity(unsigned int inCapacity, OSOrderFunction orderFunc,
                                    void *orderingContext) {
  if (!super::init()) return false;
  ordering = orderFunc;
  orderingRef = orderingContext;
  capacityIncrement = inCapacity > 0 ? inCapacity : drydock::kDefaultCapacityIncrement;
  return drydock::GrowArray(&array, &capacity, capacityIncrement, inCapacity);
}

void OSOrderedSet::free() {
  drydock::ReleaseItems(&array, &count, &capacity);
  drydock::HeapFree(array);
  super::free();
}

unsigned int OSOrderedSet::getCount() const { return count; }

unsigned int OSOrderedSet::getCapacity() const { return capacity; }

unsigned int OSOrderedSet::getCapacityIncrement() const { return capacityIncrement; }

unsigned int OSOrderedSet::setCapacityIncrement(unsigned increment) {
  return capacityIncrement = increment > 0 ? increment : drydock::kDefaultCapacityIncrement;
}

unsigned int OSOrderedSet::ensureCapacity(unsigned int newCapacity) {
  drydock::GrowArray(&array, &capacity, capacityIncrement, newCapacity);
  return capacity;
}

void OSOrderedSet::flushCollection() {
  haveUpdated();
  drydock::ReleaseItems(&array, &count, &capacity);
}

bool OSOrderedSet::setObject(const OSMetaClassBase *anObject) {
  if (anObject == nullptr || containsObject(anObject)) return false;
  unsigned int index = 0;
  if (ordering == nullptr) index = count;
  while (index < count && ordering(array[index], anObject, orderingRef) >= 0) ++index;
  return setObject(index, anObject);
}

bool OSOrderedSet::setFirstObject(const OSMetaClassBase *anObject) {
  return setObject(0, anObject);
}

bool OSOrderedSet::setLastObject(const OSMetaClassBase *anObject) {
  return setObject(count, anObject);
}

bool OSOrderedSet::setObject(unsigned int index, const OSMetaClassBase *anObject) {
  if (anObject == nullptr || index > count || containsObject(anObject)) return false;
  haveUpdated();
  anObject->taggedRetain(OSTypeID(OSCollection));
  if (containsObject(anObject) ||
      !drydock::GrowArray(&array, &capacity, capacityIncrement, count + 1)) {
    anObject->taggedRelease(OSTypeID(OSCollection));
    return false;
  }
  drydock::InsertItem(array, &count, index, anObject);
  return true;
}

void OSOrderedSet::removeObject(const OSMetaClassBase *anObject) {
  const unsigned int index = drydock::FindItem(array, count, anObject);
  if (index == count) return;
  haveUpdated();
  drydock::TakeItem(array, &count, index)->taggedRelease(OSTypeID(OSCollection));
}

bool OSOrderedSet::containsObject(const OSMetaClassBase *anObject) const {
  return anObject != nullptr && drydock::FindItem(array, count, anObject) < count;
}

bool OSOrderedSet::member(const OSMetaClassBase *anObject) const {
  return containsObject(anObject);
}

OSObject *OSOrderedSet::getObject(unsigned int index) const {
  return index < count ? drydock::AsObject(array[index]) : nullptr;
}

OSObject *OSOrderedSet::getFirstObject() const { return getObject(0); }

OSObject *OSOrderedSet::getLastObject() const { return count > 0 ? getObject(count - 1) : nullptr; }

SInt32 OSOrderedSet::orderObject(const OSMetaClassBase *anObject) {
  return ordering == nullptr ? 0 : ordering(anObject, nullptr, orderingRef);
}

void *OSOrderedSet::getOrderingRef() { return orderingRef; }

bool OSOrderedSet::isEqualTo(const OSOrderedSet *anOrderedSet) const {
  if (anOrderedSet == this) return true;
  if (anOrderedSet == nullptr || anOrderedSet->count != count) return false;
  for (unsigned int i = 0; i < count; ++i) {
    if (array[i] != anOrderedSet->array[i]) return false;
  }
  return true;
}

bool OSOrderedSet::isEqualTo(const OSMetaClassBase *anObject) const {
  return isEqualTo(OSDynamicCast(OSOrderedSet, anObject));
}

unsigned int OSOrderedSet::iteratorSize() const { return sizeof(unsigned int); }

bool OSOrderedSet::initIterator(void *iterator) const {
  *static_cast<unsigned int *>(iterator) = 0;
  return true;
}

bool OSOrderedSet::getNextObjectForIterator(void *iterator, OSObject **nextObject) const {
  *nextObject = getObject((*static_cast<unsigned int *>(iterator))++);
  return *nextObject != nullptr;
}

bool OSOrderedSet::serialize(OSSerialize *serializer) const {
  return drydock::SerializeItems(serializer, this, "set", array, count);
}

unsigned OSOrderedSet::setOptions(unsigned options, unsigned mask, void *context) {
  const unsigned former = super::setOptions(options, mask, context);
  if (((former ^ options) & mask) != 0) drydock::SetOptionsOfItems(array, count, options, mask);
  return former;
}

OSPtr<OSCollection> OSOrderedSet::copyCollection(OSDictionary *cycleDict) {
  drydock::CopyTable copies(cycleDict);
  if (OSCollection *const copied = copies.Find(this)) return copied;
  OSOrderedSet *const copy = OSOrderedSet::withCapacity(count, ordering, orderingRef);
  if (copy == nullptr) return nullptr;
  for (unsigned int i = 0; i < count; ++i) copy->setLastObject(array[i]);
  copies.CopyInner(
      this, copy, copy->count, [copy](unsigned int i) { return copy->array[i]; },
      [copy](unsigned int i, OSCollection *inner) {
        drydock::ReplaceItem(&copy->array[i], inner);
      });
  return copy;
}
