// OSCollectionIterator: one pass over a collection.
#include <libkern/c++/OSCollectionIterator.h>

#include "libkern/kernel_heap.h"

#define super OSIterator
OSDefineMetaClassAndStructors(OSCollectionIterator, OSIterator)

OSPtr<OSCollectionIterator> OSCollectionIterator::withCollection(const OSCollection *inColl) {
  auto *iterator = new OSCollectionIterator;
  if (!iterator->initWithCollection(inColl)) {
    iterator->release();
    return nullptr;
  }
  return iterator;
}

bool OSCollectionIterator::initWithCollection(const OSCollection *inColl) {
  if (inColl == nullptr || !super::init()) return false;
  inColl->retain();
  collection = inColl;
  return true;
}

void OSCollectionIterator::free() {
  drydock::HeapFree(collIterator);
  OSSafeReleaseNULL(collection);
  super::free();
}

void OSCollectionIterator::reset() {
  if (collIterator == nullptr) {
    collIterator = drydock::HeapAllocate(drydock::BlockKind::kInternal, collection->iteratorSize(),
                                         /*zero=*/true);
  }
  valid = collection->initIterator(collIterator);
  initialUpdateStamp = collection->updateStamp;
}

bool OSCollectionIterator::isValid() {
  if (collIterator == nullptr) reset();
  return valid && collection->updateStamp == initialUpdateStamp;
}

OSObject *OSCollectionIterator::getNextObject() {
  if (!isValid()) return nullptr;
  OSObject *object;
  return collection->getNextObjectForIterator(collIterator, &object) ? object : nullptr;
}
