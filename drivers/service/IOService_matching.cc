// The methods of a service about matching: registerService, the family's own matching, and the
// dictionaries that describe services. (service.md 3.2, 3.3)
#include <IOKit/IOService.h>

#include "drivers/service/matching.h"
#include "drivers/service/owned.h"
#include "drivers/service/registry.h"
#include "scheduler/kernel/panic.h"

using drydock::Owned;

namespace {

bool IsBelowRoot(const IOService *service) {
  drydock::RegistryLock lock;
  const IORegistryEntry *entry = service;
  while (entry != nullptr && entry != IORegistryEntry::getRegistryRoot()) {
    entry = entry->getParentEntry(gIOServicePlane);
  }
  return entry != nullptr;
}

}  // namespace

void IOService::registerService(IOOptionBits options) {
  if (!IsBelowRoot(this)) {
    drydock::kernel::Log("registerService of a service that is not below the registry root");
    return;
  }
  drydock::matching::Register(this, options);
}

bool IOService::matchPropertyTable(OSDictionary *table, SInt32 *) {
  return matchPropertyTable(table);
}

bool IOService::matchPropertyTable(OSDictionary *) { return true; }

bool IOService::compareProperty(OSDictionary *matching, const char *key) {
  OSObject *wanted = matching->getObject(key);
  if (wanted == nullptr) return true;
  const auto value = Owned(copyProperty(key));
  return wanted->isEqualTo(value.get());
}

OSPtr<OSDictionary> IOService::serviceMatching(const char *className, OSDictionary *table) {
  if (table == nullptr) table = OSDictionary::withCapacity(2);
  const auto name = Owned(OSString::withCString(className));
  table->setObject(kIOProviderClassKey, name.get());
  return table;
}

OSPtr<OSDictionary> IOService::nameMatching(const char *name, OSDictionary *table) {
  if (table == nullptr) table = OSDictionary::withCapacity(2);
  const auto text = Owned(OSString::withCString(name));
  table->setObject(kIONameMatchKey, text.get());
  return table;
}

OSPtr<OSDictionary> IOService::propertyMatching(const OSSymbol *key, const OSObject *value,
                                                OSDictionary *table) {
  if (table == nullptr) table = OSDictionary::withCapacity(2);
  const auto properties = Owned(OSDictionary::withCapacity(1));
  properties->setObject(key, value);
  table->setObject(kIOPropertyMatchKey, properties.get());
  return table;
}

OSPtr<OSDictionary> IOService::registryEntryIDMatching(uint64_t entryID, OSDictionary *table) {
  if (table == nullptr) table = OSDictionary::withCapacity(2);
  const auto number = Owned(OSNumber::withNumber(entryID, 64));
  table->setObject(kIORegistryEntryIDKey, number.get());
  return table;
}
