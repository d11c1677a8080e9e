// OSArray: objects in a row.
#include <libkern/c++/OSArray.h>
#include <libkern/c++/OSSerialize.h>

#include "libkern/array_storage.h"
#include "libkern/collection_items.h"
#include "libkern/copy_table.h"

#define super OSCollection
OSDefineMetaClassAndStructors(OSArray, OSCollection)

OSPtr<OSArray> OSArray::withCapacity(unsigned int capacity) {
  auto *array = new OSArray;
  if (!array->initWithCapacity(capacity)) {
    array->release();
    return nullptr;
  }
  return array;
}

OSPtr<OSArray> OSArray::withObjects(const OSObject *objects[], unsigned int count,
                                    unsigned int capacity) {
  auto *array = new OSArray;
  if (!array->initWithObjects(objects, count, capacity)) {
    array->release();
    return nullptr;
  }
  return array;
}

OSPtr<OSArray> OSArray::withArray(const OSArray *other, unsigned int capacity) {
  auto *array = new OSArray;
  if (!array->initWithArray(other, capacity)) {
    array->release();
    return nullptr;
  }
  return array;
}

bool OSArray::initWithCapacity(unsigned int inCapacity) {
  if (!super::init()) return false;
  capacityIncrement = inCapacity > 0 ? inCapacity : drydock::kDefaultCapacityIncrement;
  return drydock::GrowArray(&array, &capacity, capacityIncrement, inCapacity);
}

bool OSArray::initWithObjects(const OSObject *objects[], unsigned int inCount,
                              unsigned int inCapacity) {
  if (objects == nullptr && inCount > 0) return false;
  if (inCapacity == 0) inCapacity = inCount;
  if (inCount > inCapacity || !initWithCapacity(inCapacity)) return false;
  for (unsigned int i = 0; i < inCount; ++i) {
    if (!setObject(objects[i])) return false;
  }
  return true;
}

bool OSArray::initWithArray(const OSArray *other, unsigned int inCapacity) {
  if (other == nullptr) return false;
  if (inCapacity == 0) inCapacity = other->count;
  return other->count <= inCapacity && initWithCapacity(inCapacity) && merge(other);
}

void OSArray::free() {
  drydock::ReleaseItems(&array, &count, &capacity);
  drydock::HeapFree(array);
  super::free();
}

unsigned int OSArray::getCount() const { return count; }

unsigned int OSArray::getCapacity() const { return capacity; }

unsigned int OSArray::getCapacityIncrement() const { return capacityIncrement; }

unsigned int OSArray::setCapacityIncrement(unsigned increment) {
  return capacityIncrement = increment > 0 ? increment : drydock::kDefaultCapacityIncrement;
}

unsigned int OSArray::ensureCapacity(unsigned int newCapacity) {
  drydock::GrowArray(&array, &capacity, capacityIncrement, newCapacity);
  return capacity;
}

void OSArray::flushCollection() {
  haveUpdated();
  drydock::ReleaseItems(&array, &count, &capacity);
}

bool OSArray::setObject(const OSMetaClassBase *anObject) { return setObject(count, anObject); }

bool OSArray::setObject(unsigned int index, const OSMetaClassBase *anObject) {
  if (anObject == nullptr || index > count) return false;
  haveUpdated();
  anObject->taggedRetain(OSTypeID(OSCollection));
  if (!drydock::GrowArray(&array, &capacity, capacityIncrement, count + 1)) {
    anObject->taggedRelease(OSTypeID(OSCollection));
    return false;
  }
  drydock::InsertItem(array, &count, index, anObject);
  return true;
}

bool OSArray::merge(const OSArray *otherArray) {
  if (otherArray == nullptr) return false;
  // Read once: the other may be this very array, which grows meanwhile.
  const unsigned int added = otherArray->count;
  if (ensureCapacity(count + added) < count + added) return false;
  for (unsigned int i = 0; i < added; ++i) setObject(otherArray->getObject(i));
  return true;
}

void OSArray::replaceObject(unsigned int index, const OSMetaClassBase *anObject) {
  if (anObject == nullptr || index >= count) return;
  haveUpdated();
  anObject->taggedRetain(OSTypeID(OSCollection));
  const OSMetaClassBase *replaced = anObject;
  if (index < count) std::swap(replaced, array[index]);
  replaced->taggedRelease(OSTypeID(OSCollection));
}

void OSArray::removeObject(unsigned int index) {
  if (index >= count) return;
  haveUpdated();
  drydock::TakeItem(array, &count, index)->taggedRelease(OSTypeID(OSCollection));
}

OSObject *OSArray::getObject(unsigned int index) const {
  return index < count ? drydock::AsObject(array[index]) : nullptr;
}

OSObject *OSArray::getLastObject() const { return count > 0 ? getObject(count - 1) : nullptr; }

unsigned int OSArray::getNextIndexOfObject(const OSMetaClassBase *anObject,
                                           unsigned int index) const {
  while (index < count && array[index] != anObject) ++index;
  return index < count ? index : ~0u;
}

bool OSArray::isEqualTo(const OSArray *anArray) const {
  if (anArray == this) return true;
  if (anArray == nullptr || anArray->count != count) return false;
  for (unsigned int i = 0; i < count; ++i) {
    if (!array[i]->isEqualTo(anArray->array[i])) return false;
  }
  return true;
}

bool OSArray::isEqualTo(const OSMetaClassBase *anObject) const {
  return isEqualTo(OSDynamicCast(OSArray, anObject));
}

unsigned int OSArray::iteratorSize() const { return sizeof(unsigned int); }

bool OSArray::initIterator(void *iterator) const {
  *static_cast<unsigned int *>(iterator) = 0;
  return true;
}

bool OSArray::getNextObjectForIterator(void *iterator, OSObject **nextObject) const {
  *nextObject = getObject((*static_cast<unsigned int *>(iterator))++);
  return *nextObject != nullptr;
}

bool OSArray::serialize(OSSerialize *serializer) const {
  return drydock::SerializeItems(serializer, this, "array", array, count);
}

unsigned OSArray::setOptions(unsigned options, unsigned mask, void *context) {
  const unsigned former = super::setOptions(options, mask, context);
  if (((former ^ options) & mask) != 0) drydock::SetOptionsOfItems(array, count, options, mask);
  return former;
}

OSPtr<OSCollection> OSArray::copyCollection(OSDictionary *cycleDict) {
  drydock::CopyTable copies(cycleDict);
  if (OSCollection *const copied = copies.Find(this)) return copied;
  OSArray *const copy = OSArray::withArray(this);
  if (copy == nullptr) return nullptr;
  copies.CopyInner(
      this, copy, copy->count, [copy](unsigned int i) { return copy->array[i]; },
      [copy](unsigned int i, OSCollection *inner) { copy->replaceObject(i, inner); });
  return copy;
}
