// Walks along the links of a plane. (service.md 2.1)
#include <IOKit/IORegistryEntry.h>

#include "drivers/service/owned.h"
#include "drivers/service/registry.h"
#include "libkern/kernel_heap.h"

using drydock::Owned;
using drydock::RegistryLock;

OSDefineMetaClassAndStructors(IORegistryIterator, OSIterator)

// The entries linked to one entry.
struct IORegistryIterator::Level {
  IORegistryEntry *root;     // the one entry; retained
  IORegistryEntry *current;  // retained; the root itself before the first
  const IORegistryPlane *plane;
  OSIterator *iterator;  // over the live links; null if there are none
  Level *outer;
};

OSPtr<IORegistryIterator> IORegistryIterator::iterateOver(IORegistryEntry *start,
                                                          const IORegistryPlane *plane,
                                                          IOOptionBits options) {
  if (plane == nullptr) return nullptr;
  IORegistryIterator *iterator = OSTypeAlloc(IORegistryIterator);
  iterator->init();
  iterator->options = options;
  RegistryLock lock;
  iterator->push(start != nullptr ? start : IORegistryEntry::getRegistryRoot(), plane);
  return iterator;
}

OSPtr<IORegistryIterator> IORegistryIterator::iterateOver(const IORegistryPlane *plane,
                                                          IOOptionBits options) {
  return iterateOver(nullptr, plane, options);
}

void IORegistryIterator::free() {
  while (level != nullptr) pop();
  OSSafeReleaseNULL(seen);
  OSIterator::free();
}

void IORegistryIterator::push(IORegistryEntry *root, const IORegistryPlane *plane) {
  auto *inner = static_cast<Level *>(
      drydock::HeapAllocate(drydock::BlockKind::kInternal, sizeof(Level), /*zero=*/true));
  root->retain();
  root->retain();
  inner->root = inner->current = root;
  inner->plane = plane;
  if (OSArray *links = root->linked(plane, options)) {
    inner->iterator = OSCollectionIterator::withCollection(links);
  }
  inner->outer = level;
  level = inner;
}

void IORegistryIterator::pop() {
  Level *inner = level;
  level = inner->outer;
  OSSafeReleaseNULL(inner->iterator);
  OSSafeReleaseNULL(inner->current);
  OSSafeReleaseNULL(inner->root);
  drydock::HeapFree(inner);
}

IORegistryEntry *IORegistryIterator::getNextObject() {
  return (options & kIORegistryIterateRecursively) != 0 ? getNextObjectRecursive()
                                                        : getNextObjectFlat();
}

IORegistryEntry *IORegistryIterator::getNextObjectFlat() {
  OSSharedPtr<IORegistryEntry> before;  // released after the lock
  RegistryLock lock;
  if (level->iterator == nullptr || !isValid()) return nullptr;
  auto *next = static_cast<IORegistryEntry *>(level->iterator->getNextObject());
  if (next == nullptr) return nullptr;
  before = Owned(level->current);
  next->retain();
  level->current = next;
  return next;
}

IORegistryEntry *IORegistryIterator::getNextObjectRecursive() {
  RegistryLock lock;
  if (seen == nullptr) seen = OSSet::withCapacity(8);
  // First below the entry that was returned last, then beside it, then beside those above it.
  if (level->current != level->root) enterEntry();
  for (;;) {
    if (IORegistryEntry *next = getNextObjectFlat()) {
      if (seen->setObject(next)) return next;
    } else if (!isValid() || !exitEntry()) {
      return nullptr;
    }
  }
}

IORegistryEntry *IORegistryIterator::getCurrentEntry() { return level->current; }

void IORegistryIterator::enterEntry() { enterEntry(level->plane); }

void IORegistryIterator::enterEntry(const IORegistryPlane *plane) {
  RegistryLock lock;
  push(level->current, plane);
}

bool IORegistryIterator::exitEntry() {
  RegistryLock lock;
  if (level->outer == nullptr) return false;
  pop();
  return true;
}

void IORegistryIterator::reset() {
  RegistryLock lock;
  while (exitEntry()) {
  }
  OSSafeReleaseNULL(seen);
  const OSSharedPtr<IORegistryEntry> root(level->root, OSRetain);
  const IORegistryPlane *plane = level->plane;
  pop();
  push(root.get(), plane);
}

// False if links along which the iterator walks have changed.
bool IORegistryIterator::isValid() {
  RegistryLock lock;
  for (const Level *at = level; at != nullptr; at = at->outer) {
    if (at->iterator != nullptr && !at->iterator->isValid()) return false;
  }
  return true;
}
