// OSCollection: what all collections have in common.
#include <libkern/c++/OSCollection.h>
#include <libkern/c++/OSDictionary.h>
#include <libkern/c++/OSSymbol.h>

#include "absl/strings/str_cat.h"
#include "libkern/copy_table.h"
#include "libkern/kernel_heap.h"
#include "libkern/object_id.h"
#include "scheduler/kernel/panic.h"

#define super OSObject
OSDefineMetaClassAndAbstractStructors(OSCollection, OSObject)

bool OSCollection::init() {
  if (!super::init()) return false;
  updateStamp = 0;
  return true;
}

void OSCollection::haveUpdated() {
  if ((fOptions & kImmutable) != 0) {
    drydock::kernel::Panic("an immutable ", getMetaClass()->getClassName(), ", #",
                           drydock::ObjectIdOf(this), ", was changed");
  }
  ++updateStamp;
}

unsigned OSCollection::setOptions(unsigned options, unsigned mask, void *) {
  const unsigned former = fOptions;
  fOptions = (former & ~mask) | (options & mask);
  return former;
}

OSPtr<OSCollection> OSCollection::copyCollection(OSDictionary *) { return nullptr; }

bool OSCollection::iterateObjects(void *refcon, bool (*callback)(void *refcon, OSObject *object)) {
  void *const position =
      drydock::HeapAllocate(drydock::BlockKind::kInternal, iteratorSize(), /*zero=*/true);
  const unsigned int stamp = updateStamp;
  OSObject *object;
  if (initIterator(position)) {
    while (stamp == updateStamp && getNextObjectForIterator(position, &object)) {
      if (callback(refcon, object)) break;
    }
  }
  drydock::HeapFree(position);
  return stamp == updateStamp;
}

namespace drydock {

OSCollection *CopyTable::Find(const OSCollection *original) const {
  if (dictionary_ == nullptr) return nullptr;
  auto *copy = OSDynamicCast(OSCollection,
                             dictionary_->getObject(absl::StrCat(ObjectIdOf(original)).c_str()));
  if (copy != nullptr) copy->retain();
  return copy;
}

void CopyTable::Add(const OSCollection *original, OSCollection *copy) {
  dictionary_->setObject(absl::StrCat(ObjectIdOf(original)).c_str(), copy);
}

}  // namespace drydock
