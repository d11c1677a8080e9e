#include <IOKit/IOCatalogue.h>
#include <IOKit/IOService.h>

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
  return personalities != nullptr;
}

void IOCatalogue::free() {
  OSSafeReleaseNULL(personalities);
  OSObject::free();
}

bool IOCatalogue::addDrivers(OSArray *drivers) {
  RegistryLock lock;
  return personalities->merge(drivers);
}

bool IOCatalogue::removeDrivers(OSDictionary *matching) {
  RegistryLock lock;
  for (unsigned i = personalities->getCount(); i-- > 0;) {
    auto *personality = static_cast<OSDictionary *>(personalities->getObject(i));
    if (personality->isEqualTo(matching, matching)) personalities->removeObject(i);
  }
  return true;
}

OSPtr<OSOrderedSet> IOCatalogue::findDrivers(IOService *service) {
  RegistryLock lock;
  OSOrderedSet *found = OSOrderedSet::withCapacity(1, &CompareScores);
  for (unsigned i = 0; i < personalities->getCount(); ++i) {
    auto *personality = static_cast<OSDictionary *>(personalities->getObject(i));
    OSString *provider = OSDynamicCast(OSString, personality->getObject(kIOProviderClassKey));
    if (provider != nullptr && service->metaCast(provider) != nullptr) {
      found->setObject(personality);
    }
  }
  return found;
}
