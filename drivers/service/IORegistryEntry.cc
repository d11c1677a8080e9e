// The registry: planes, links between entries, properties and names. (service.md 2.1; paths are in
// IORegistryEntry_path.cc)
#include <string.h>

#include <IOKit/IORegistryEntry.h>

#include "drivers/service/owned.h"
#include "drivers/service/registry.h"
#include "libkern/kernel_heap.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/per_boot.h"

using drydock::Owned;
using drydock::RegistryLock;

OSDefineMetaClassAndStructors(IORegistryPlane, OSObject)
OSDefineMetaClassAndStructors(IORegistryEntry, OSObject)

const IORegistryPlane *gIOServicePlane = nullptr;
const IORegistryPlane *gIOPowerPlane = nullptr;
const IORegistryPlane *gIODTPlane = nullptr;

// An entry's links in one plane. The arrays hold a reference on what they list.
struct IORegistryEntry::PlaneLinks {
  const IORegistryPlane *plane;
  OSArray *parents;
  OSArray *children;
  const OSSymbol *name;  // in this plane only; or null
  const OSSymbol *location;
  PlaneLinks *next;
};

namespace {

constexpr unsigned kAbsent = ~0u;

struct Registry {
  IORecursiveLock *lock = IORecursiveLockAlloc();
  uint64_t next_id = 0x100000100;
  OSArray *planes = nullptr;
  IORegistryEntry *root = nullptr;

  // A run that ended in a failure never shut down: the next run must not see its planes.
  ~Registry() { gIOServicePlane = gIOPowerPlane = gIODTPlane = nullptr; }
};

drydock::kernel::PerBoot<Registry> registry;

}  // namespace

namespace drydock {

std::vector<std::string> RegistryPlanes() {
  RegistryLock lock;
  std::vector<std::string> names;
  for (unsigned i = 0; registry->planes != nullptr && i < registry->planes->getCount(); ++i) {
    const auto *plane = static_cast<IORegistryPlane *>(registry->planes->getObject(i));
    names.push_back(plane->nameKey->getCStringNoCopy());
  }
  return names;
}

RegistryLock::RegistryLock() : lock_(registry->lock) { IORecursiveLockLock(lock_); }
RegistryLock::~RegistryLock() { IORecursiveLockUnlock(lock_); }

void BootRegistry() {
  gIOServicePlane = IORegistryEntry::makePlane(kIOServicePlane);
  gIOPowerPlane = IORegistryEntry::makePlane(kIOPowerPlane);
  gIODTPlane = IORegistryEntry::makePlane(kIODeviceTreePlane);
  IORegistryEntry *root = OSTypeAlloc(IORegistryEntry);
  root->init();
  root->setName("Root");
  registry->root = root;
}

void ShutdownRegistry() {
  OSSafeReleaseNULL(registry->root);
  OSSafeReleaseNULL(registry->planes);
  gIOServicePlane = gIOPowerPlane = gIODTPlane = nullptr;
}

}  // namespace drydock

void IORegistryPlane::free() {
  OSSafeReleaseNULL(nameKey);
  OSObject::free();
}

// --- Planes and ids.

const IORegistryPlane *IORegistryEntry::makePlane(const char *name) {
  RegistryLock lock;
  if (const IORegistryPlane *known = getPlane(name)) return known;
  if (strlen(name) > 32) return nullptr;
  if (registry->planes == nullptr) registry->planes = OSArray::withCapacity(4);
  IORegistryPlane *plane = OSTypeAlloc(IORegistryPlane);
  plane->nameKey = OSSymbol::withCString(name);
  registry->planes->setObject(plane);
  plane->release();
  return plane;
}

const IORegistryPlane *IORegistryEntry::getPlane(const char *name) {
  RegistryLock lock;
  if (registry->planes == nullptr) return nullptr;
  for (unsigned i = 0; i < registry->planes->getCount(); ++i) {
    auto *plane = static_cast<IORegistryPlane *>(registry->planes->getObject(i));
    if (plane->nameKey->isEqualTo(name)) return plane;
  }
  return nullptr;
}

IORegistryEntry *IORegistryEntry::getRegistryRoot() { return registry->root; }

uint64_t IORegistryEntry::getRegistryEntryID() { return fRegistryEntryID; }

// --- Life.

bool IORegistryEntry::init(OSDictionary *dictionary) {
  if (!OSObject::init()) return false;
  if (dictionary == nullptr) {
    fPropertyTable = OSDictionary::withCapacity(8);
  } else if ((dictionary->setOptions(0, 0) & OSCollection::kImmutable) != 0) {
    fPropertyTable = OSDictionary::withDictionary(dictionary);
  } else {
    dictionary->retain();
    fPropertyTable = dictionary;
  }
  if (fPropertyTable == nullptr) return false;
  if (OSString *name = OSDynamicCast(OSString, fPropertyTable->getObject(kIONameKey))) {
    setName(name->getCStringNoCopy());
  }
  return true;
}

bool IORegistryEntry::init(IORegistryEntry *old, const IORegistryPlane *plane) {
  if (!OSObject::init()) return false;
  RegistryLock lock;
  fRegistryEntryID = old->fRegistryEntryID;
  fPropertyTable = old->fPropertyTable;
  fPropertyTable->retain();
  setName(old->fName);
  fLocation = old->fLocation;
  if (fLocation != nullptr) fLocation->retain();
  const auto parents = Owned(old->getParentIterator(plane));
  while (OSObject *parent = parents->getNextObject()) {
    attachToParent(static_cast<IORegistryEntry *>(parent), plane);
  }
  const auto children = Owned(old->getChildIterator(plane));
  while (OSObject *object = children->getNextObject()) {
    auto *child = static_cast<IORegistryEntry *>(object);
    child->attachToParent(this, plane);
    child->detachFromParent(old, plane);
  }
  if (const PlaneLinks *links = old->findLinks(plane)) {
    if (links->name != nullptr) setName(links->name, plane);
    if (links->location != nullptr) setLocation(links->location->getCStringNoCopy(), plane);
  }
  old->detachAbove(plane);
  return true;
}

void IORegistryEntry::free() {
  while (PlaneLinks *links = fLinks) {
    if (links->plane == gIOServicePlane && gIOServicePlane != nullptr &&
        ((links->parents != nullptr && links->parents->getCount() > 0) ||
         (links->children != nullptr && links->children->getCount() > 0))) {
      drydock::kernel::Panic("a registry entry is freed while it is linked in the service plane");
    }
    fLinks = links->next;
    OSSafeReleaseNULL(links->parents);
    OSSafeReleaseNULL(links->children);
    OSSafeReleaseNULL(links->name);
    OSSafeReleaseNULL(links->location);
    drydock::HeapFree(links);
  }
  OSSafeReleaseNULL(fPropertyTable);
  OSSafeReleaseNULL(fName);
  OSSafeReleaseNULL(fLocation);
  OSObject::free();
}

// --- Links.

IORegistryEntry::PlaneLinks *IORegistryEntry::findLinks(const IORegistryPlane *plane) const {
  for (PlaneLinks *links = fLinks; links != nullptr; links = links->next) {
    if (links->plane == plane) return links;
  }
  return nullptr;
}

// The parents or children in the plane, as the options say: the live array, or null if the entry
// was never linked there.
OSArray *IORegistryEntry::linked(const IORegistryPlane *plane, IOOptionBits options) const {
  const PlaneLinks *links = findLinks(plane);
  if (links == nullptr) return nullptr;
  return (options & kIORegistryIterateParents) != 0 ? links->parents : links->children;
}

IORegistryEntry::PlaneLinks *IORegistryEntry::makeLinks(const IORegistryPlane *plane) {
  if (PlaneLinks *links = findLinks(plane)) return links;
  auto *links = static_cast<PlaneLinks *>(
      drydock::HeapAllocate(drydock::BlockKind::kInternal, sizeof(PlaneLinks), /*zero=*/true));
  links->plane = plane;
  links->parents = OSArray::withCapacity(1);
  links->children = OSArray::withCapacity(1);
  links->next = fLinks;
  fLinks = links;
  return links;
}

bool IORegistryEntry::attachToParent(IORegistryEntry *parent, const IORegistryPlane *plane) {
  if (parent == this || parent == nullptr) return false;
  RegistryLock lock;
  if (isParent(parent, plane)) return true;
  const bool first_plane = !inPlane();
  makeLinks(plane)->parents->setObject(parent);
  parent->makeLinks(plane)->children->setObject(this);
  for (IORegistryEntry *entry : {parent, this}) {
    if (entry->fRegistryEntryID == 0) entry->fRegistryEntryID = registry->next_id++;
  }
  if (!first_plane) return true;
  // Collections that were set before the entry was in a plane become immutable now.
  if (auto keys = Owned(OSCollectionIterator::withCollection(fPropertyTable))) {
    while (OSObject *key = keys->getNextObject()) {
      freeze(fPropertyTable->getObject(static_cast<OSSymbol *>(key)));
    }
  }
  return true;
}

bool IORegistryEntry::attachToChild(IORegistryEntry *child, const IORegistryPlane *plane) {
  return child->attachToParent(this, plane);
}

void IORegistryEntry::detachFromParent(IORegistryEntry *parent, const IORegistryPlane *plane) {
  retain();  // the links may be what keeps the two alive
  parent->retain();
  {
    RegistryLock lock;
    PlaneLinks *mine = findLinks(plane);
    PlaneLinks *theirs = parent->findLinks(plane);
    if (mine != nullptr && theirs != nullptr) {
      const unsigned up = mine->parents->getNextIndexOfObject(parent, 0);
      const unsigned down = theirs->children->getNextIndexOfObject(this, 0);
      if (up != kAbsent) mine->parents->removeObject(up);
      if (down != kAbsent) theirs->children->removeObject(down);
    }
  }
  parent->release();
  release();
}

void IORegistryEntry::detachFromChild(IORegistryEntry *child, const IORegistryPlane *plane) {
  child->detachFromParent(this, plane);
}

void IORegistryEntry::detachAbove(const IORegistryPlane *plane) {
  retain();
  while (IORegistryEntry *parent = copyParentEntry(plane)) {
    detachFromParent(parent, plane);
    parent->release();
  }
  release();
}

void IORegistryEntry::detachAll(const IORegistryPlane *plane) {
  retain();
  while (IORegistryEntry *child = copyChildEntry(plane)) {
    child->detachAll(plane);
    child->release();
  }
  detachAbove(plane);
  release();
}

IORegistryEntry *IORegistryEntry::getParentEntry(const IORegistryPlane *plane) const {
  RegistryLock lock;
  const PlaneLinks *links = findLinks(plane);
  return links == nullptr ? nullptr : static_cast<IORegistryEntry *>(links->parents->getObject(0));
}

IORegistryEntry *IORegistryEntry::copyParentEntry(const IORegistryPlane *plane) const {
  RegistryLock lock;
  IORegistryEntry *parent = getParentEntry(plane);
  if (parent != nullptr) parent->retain();
  return parent;
}

IORegistryEntry *IORegistryEntry::getChildEntry(const IORegistryPlane *plane) const {
  RegistryLock lock;
  const PlaneLinks *links = findLinks(plane);
  return links == nullptr ? nullptr : static_cast<IORegistryEntry *>(links->children->getObject(0));
}

IORegistryEntry *IORegistryEntry::copyChildEntry(const IORegistryPlane *plane) const {
  RegistryLock lock;
  IORegistryEntry *child = getChildEntry(plane);
  if (child != nullptr) child->retain();
  return child;
}

namespace {

// A copy of the array to iterate over, so that changes of the registry do not end the iteration.
OSPtr<OSIterator> SnapshotIterator(const OSArray *entries) {
  const auto snapshot =
      Owned(entries != nullptr ? OSArray::withArray(entries) : OSArray::withCapacity(1));
  return OSCollectionIterator::withCollection(snapshot.get());
}

}  // namespace

OSPtr<OSIterator> IORegistryEntry::getParentIterator(const IORegistryPlane *plane) const {
  RegistryLock lock;
  const PlaneLinks *links = findLinks(plane);
  return SnapshotIterator(links == nullptr ? nullptr : links->parents);
}

OSPtr<OSIterator> IORegistryEntry::getChildIterator(const IORegistryPlane *plane) const {
  RegistryLock lock;
  const PlaneLinks *links = findLinks(plane);
  return SnapshotIterator(links == nullptr ? nullptr : links->children);
}

void IORegistryEntry::applyToChildren(IORegistryEntryApplierFunction applier, void *context,
                                      const IORegistryPlane *plane) const {
  const auto children = Owned(getChildIterator(plane));
  while (OSObject *child = children->getNextObject()) {
    applier(static_cast<IORegistryEntry *>(child), context);
  }
}

void IORegistryEntry::applyToParents(IORegistryEntryApplierFunction applier, void *context,
                                     const IORegistryPlane *plane) const {
  const auto parents = Owned(getParentIterator(plane));
  while (OSObject *parent = parents->getNextObject()) {
    applier(static_cast<IORegistryEntry *>(parent), context);
  }
}

unsigned int IORegistryEntry::getChildCount(const IORegistryPlane *plane) const {
  RegistryLock lock;
  const PlaneLinks *links = findLinks(plane);
  return links == nullptr ? 0 : links->children->getCount();
}

bool IORegistryEntry::isParent(IORegistryEntry *parent, const IORegistryPlane *plane,
                               bool onlyParent) const {
  RegistryLock lock;
  const PlaneLinks *links = findLinks(plane);
  return links != nullptr && links->parents->getNextIndexOfObject(parent, 0) != kAbsent &&
         (!onlyParent || links->parents->getCount() == 1);
}

bool IORegistryEntry::isChild(IORegistryEntry *child, const IORegistryPlane *plane,
                              bool onlyChild) const {
  RegistryLock lock;
  const PlaneLinks *links = findLinks(plane);
  return links != nullptr && links->children->getNextIndexOfObject(child, 0) != kAbsent &&
         (!onlyChild || links->children->getCount() == 1);
}

bool IORegistryEntry::inPlane(const IORegistryPlane *plane) const {
  RegistryLock lock;
  if (this == registry->root) return true;
  for (const PlaneLinks *links = fLinks; links != nullptr; links = links->next) {
    if ((plane == nullptr || links->plane == plane) && links->parents->getCount() > 0) return true;
  }
  return false;
}

// --- Properties.

// Any thread may read a collection in the registry at any time, so it must not change any more.
void IORegistryEntry::freeze(OSObject *value) const {
  if (OSCollection *collection = OSDynamicCast(OSCollection, value)) {
    collection->setOptions(OSCollection::kImmutable, OSCollection::kImmutable);
  }
}

bool IORegistryEntry::setProperty(const OSSymbol *key, OSObject *value) {
  const auto replaced = Owned(copyProperty(key));  // released after the lock
  RegistryLock lock;
  if (!fPropertyTable->setObject(key, value)) return false;
  if (inPlane()) freeze(value);
  return true;
}

bool IORegistryEntry::setProperty(const OSString *key, OSObject *value) {
  const auto symbol = Owned(OSSymbol::withString(key));
  return symbol != nullptr && setProperty(symbol.get(), value);
}

bool IORegistryEntry::setProperty(const char *key, OSObject *value) {
  const auto symbol = Owned(OSSymbol::withCString(key));
  return symbol != nullptr && setProperty(symbol.get(), value);
}

bool IORegistryEntry::setProperty(const char *key, const char *text) {
  const auto value = Owned(OSString::withCString(text));
  return value != nullptr && setProperty(key, value.get());
}

bool IORegistryEntry::setProperty(const char *key, bool value) {
  return setProperty(key, value ? static_cast<OSObject *>(kOSBooleanTrue) : kOSBooleanFalse);
}

bool IORegistryEntry::setProperty(const char *key, unsigned long long value,
                                  unsigned int numberOfBits) {
  const auto number = Owned(OSNumber::withNumber(value, numberOfBits));
  return number != nullptr && setProperty(key, number.get());
}

bool IORegistryEntry::setProperty(const char *key, void *bytes, unsigned int length) {
  const auto data = Owned(OSData::withBytes(bytes, length));
  return data != nullptr && setProperty(key, data.get());
}

void IORegistryEntry::removeProperty(const OSSymbol *key) {
  const auto removed = Owned(copyProperty(key));  // released after the lock
  RegistryLock lock;
  fPropertyTable->removeObject(key);
}

void IORegistryEntry::removeProperty(const OSString *key) {
  removeProperty(Owned(OSSymbol::withString(key)).get());
}

void IORegistryEntry::removeProperty(const char *key) {
  removeProperty(Owned(OSSymbol::withCString(key)).get());
}

OSObject *IORegistryEntry::getProperty(const OSSymbol *key) const {
  RegistryLock lock;
  return fPropertyTable->getObject(key);
}

OSObject *IORegistryEntry::getProperty(const OSString *key) const {
  RegistryLock lock;
  return fPropertyTable->getObject(key);
}

OSObject *IORegistryEntry::getProperty(const char *key) const {
  RegistryLock lock;
  return fPropertyTable->getObject(key);
}

OSObject *IORegistryEntry::getProperty(const char *key, const IORegistryPlane *plane,
                                       IOOptionBits options) const {
  OSObject *value = getProperty(key);
  if (value != nullptr || (options & kIORegistryIterateRecursively) == 0) return value;
  RegistryLock lock;
  const OSArray *next = linked(plane, options);
  for (unsigned i = 0; next != nullptr && value == nullptr && i < next->getCount(); ++i) {
    value = static_cast<IORegistryEntry *>(next->getObject(i))->getProperty(key, plane, options);
  }
  return value;
}

namespace {

template <typename Key>
OSPtr<OSObject> CopyOf(const IORegistryEntry *entry, Key key) {
  RegistryLock lock;
  OSObject *value = entry->getProperty(key);
  if (value != nullptr) value->retain();
  return value;
}

}  // namespace

OSPtr<OSObject> IORegistryEntry::copyProperty(const OSSymbol *key) const {
  return CopyOf(this, key);
}

OSPtr<OSObject> IORegistryEntry::copyProperty(const OSString *key) const {
  return CopyOf(this, key);
}

OSPtr<OSObject> IORegistryEntry::copyProperty(const char *key) const { return CopyOf(this, key); }

OSPtr<OSObject> IORegistryEntry::copyProperty(const char *key, const IORegistryPlane *plane,
                                              IOOptionBits options) const {
  RegistryLock lock;
  OSObject *value = getProperty(key, plane, options);
  if (value != nullptr) value->retain();
  return value;
}

OSPtr<OSDictionary> IORegistryEntry::dictionaryWithProperties() const {
  RegistryLock lock;
  return OSDictionary::withDictionary(fPropertyTable);
}

bool IORegistryEntry::serializeProperties(OSSerialize *serialize) const {
  return Owned(dictionaryWithProperties())->serialize(serialize);
}

IOReturn IORegistryEntry::setProperties(OSObject *) { return kIOReturnUnsupported; }

// --- Names.

const char *IORegistryEntry::getName(const IORegistryPlane *plane) const {
  if (const PlaneLinks *links = findLinks(plane); links != nullptr && links->name != nullptr) {
    return links->name->getCStringNoCopy();
  }
  return fName != nullptr ? fName->getCStringNoCopy() : getMetaClass()->getClassName();
}

void IORegistryEntry::setName(const char *name, const IORegistryPlane *plane) {
  const auto symbol = Owned(OSSymbol::withCString(name));
  setName(symbol.get(), plane);
}

void IORegistryEntry::setName(const OSSymbol *name, const IORegistryPlane *plane) {
  RegistryLock lock;
  const OSSymbol *&place = plane != nullptr ? makeLinks(plane)->name : fName;
  if (name != nullptr) name->retain();
  OSSafeReleaseNULL(place);
  place = name;
}

const char *IORegistryEntry::getLocation(const IORegistryPlane *plane) const {
  if (const PlaneLinks *links = findLinks(plane); links != nullptr && links->location != nullptr) {
    return links->location->getCStringNoCopy();
  }
  return fLocation != nullptr ? fLocation->getCStringNoCopy() : nullptr;
}

void IORegistryEntry::setLocation(const char *location, const IORegistryPlane *plane) {
  RegistryLock lock;
  const OSSymbol *&place = plane != nullptr ? makeLinks(plane)->location : fLocation;
  OSSafeReleaseNULL(place);
  place = OSSymbol::withCString(location);
}

bool IORegistryEntry::compareName(OSString *name, OSString **matched) const {
  if (name == nullptr || !name->isEqualTo(getName())) return false;
  if (matched != nullptr) {
    name->retain();
    *matched = name;
  }
  return true;
}

bool IORegistryEntry::compareNames(OSObject *names, OSString **matched) const {
  OSCollection *many = OSDynamicCast(OSCollection, names);
  if (many == nullptr) return compareName(OSDynamicCast(OSString, names), matched);
  const auto items = Owned(OSCollectionIterator::withCollection(many));
  while (OSObject *item = items->getNextObject()) {
    if (compareNames(item, matched)) return true;
  }
  return false;
}
