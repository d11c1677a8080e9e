// The catalogue of personalities, and the modules whose code counts as loaded. (service.md 3.2)
#include <IOKit/IOCatalogue.h>
#include <IOKit/IOService.h>

#include "drivers/service/kext.h"
#include "drivers/service/matching.h"
#include "drivers/service/owned.h"
#include "drivers/service/registry.h"

using drydock::Owned;
using drydock::RegistryLock;

OSDefineMetaClassAndStructors(IOCatalogue, OSObject)

IOCatalogue *gIOCatalogue = nullptr;

namespace {

// Higher scores first.
SInt32 CompareScores(const OSMetaClassBase *a, const OSMetaClassBase *b, void *) {
  const auto score = [](const OSMetaClassBase *object) -> SInt64 {
    auto *number = OSDynamicCast(
        OSNumber, static_cast<const OSDictionary *>(object)->getObject(kIOProbeScoreKey));
    return number != nullptr ? static_cast<SInt32>(number->unsigned32BitValue()) : 0;
  };
  const SInt64 difference = score(a) - score(b);
  return difference > 0 ? 1 : difference < 0 ? -1 : 0;
}

}  // namespace

bool IOCatalogue::init(OSArray *initArray) {
  if (!OSObject::init()) return false;
  personalities = OSArray::withArray(initArray);
  unloaded = OSSet::withCapacity(1);
  return personalities != nullptr && unloaded != nullptr;
}

void IOCatalogue::free() {
  OSSafeReleaseNULL(personalities);
  OSSafeReleaseNULL(unloaded);
  OSObject::free();
}

// --- Personalities.

bool IOCatalogue::addDrivers(OSArray *drivers, bool doNubMatching) {
  for (unsigned i = 0; i < drivers->getCount(); ++i) {
    if (OSDynamicCast(OSDictionary, drivers->getObject(i)) == nullptr) return false;
  }
  const auto added = Owned(OSOrderedSet::withCapacity(drivers->getCount()));
  {
    RegistryLock lock;
    for (unsigned i = 0; i < drivers->getCount(); ++i) {
      auto *driver = static_cast<OSDictionary *>(drivers->getObject(i));
      bool known = false;
      for (unsigned k = 0; !known && k < personalities->getCount(); ++k) {
        known = personalities->getObject(k)->isEqualTo(driver);
      }
      if (known) continue;
      personalities->setObject(driver);
      added->setObject(driver);
    }
    if (added->getCount() > 0) ++generation;
  }
  if (doNubMatching) drydock::matching::MatchAnew(added.get());
  return true;
}

bool IOCatalogue::removeDrivers(OSDictionary *matching) {
  RegistryLock lock;
  for (unsigned i = personalities->getCount(); i-- > 0;) {
    auto *personality = static_cast<OSDictionary *>(personalities->getObject(i));
    if (!personality->isEqualTo(matching, matching)) continue;
    personalities->removeObject(i);
    ++generation;
  }
  return true;
}

OSPtr<OSOrderedSet> IOCatalogue::findDrivers(IOService *service, SInt32 *generationCount) {
  RegistryLock lock;
  OSOrderedSet *found = OSOrderedSet::withCapacity(1, &CompareScores);
  for (unsigned i = 0; i < personalities->getCount(); ++i) {
    auto *personality = static_cast<OSDictionary *>(personalities->getObject(i));
    OSString *provider = OSDynamicCast(OSString, personality->getObject(kIOProviderClassKey));
    if (provider != nullptr && service->metaCast(provider) != nullptr) {
      found->setObject(personality);
    }
  }
  *generationCount = generation;
  return found;
}

OSPtr<OSOrderedSet> IOCatalogue::findDrivers(OSDictionary *matching, SInt32 *generationCount) {
  RegistryLock lock;
  OSOrderedSet *found = OSOrderedSet::withCapacity(1, &CompareScores);
  for (unsigned i = 0; i < personalities->getCount(); ++i) {
    auto *personality = static_cast<OSDictionary *>(personalities->getObject(i));
    if (personality->isEqualTo(matching, matching)) found->setObject(personality);
  }
  *generationCount = generation;
  return found;
}

bool IOCatalogue::startMatching(OSDictionary *matching) {
  SInt32 found_in;
  drydock::matching::MatchAnew(Owned(findDrivers(matching, &found_in)).get());
  return true;
}

// --- Code.

bool IOCatalogue::isModuleLoaded(const char *moduleName) const {
  const auto name = Owned(OSSymbol::existingSymbolForCString(moduleName));
  RegistryLock lock;
  return name == nullptr || !unloaded->containsObject(name.get());
}

bool IOCatalogue::isModuleLoaded(OSDictionary *driver) const {
  if (unloaded->getCount() == 0) return true;
  OSString *name = OSDynamicCast(OSString, driver->getObject(kCFBundleIdentifierKey));
  return name == nullptr || isModuleLoaded(name->getCStringNoCopy());
}

void IOCatalogue::moduleHasLoaded(OSString *name) {
  const auto symbol = Owned(OSSymbol::withString(name));
  {
    RegistryLock lock;
    unloaded->removeObject(symbol.get());
  }
  const auto personality = Owned(OSDictionary::withCapacity(1));
  personality->setObject(kCFBundleIdentifierKey, symbol.get());
  startMatching(personality.get());
}

namespace drydock {

void UnloadKext(const char *bundle_identifier) {
  const auto name = Owned(OSSymbol::withCString(bundle_identifier));
  RegistryLock lock;
  gIOCatalogue->unloaded->setObject(name.get());
}

}  // namespace drydock
