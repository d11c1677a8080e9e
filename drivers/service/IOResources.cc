// The resources service and the methods of IOService about resources. (service.md 3.3, 3.5)
#include <IOKit/IOCatalogue.h>
#include <IOKit/IOService.h>

#include "drivers/service/owned.h"
#include "drivers/service/resources.h"
#include "scheduler/kernel/per_boot.h"

using drydock::Owned;

OSDefineMetaClassAndStructors(IOResources, IOService)

namespace {

drydock::kernel::PerBoot<IOResources *> resources;

// Whether the resource is published, or all of them are, if there are several names.
bool Published(OSObject *names) {
  if (OSString *name = OSDynamicCast(OSString, names)) {
    return Owned((*resources)->copyProperty(name)) != nullptr;
  }
  OSCollection *many = OSDynamicCast(OSCollection, names);
  if (many == nullptr) return false;
  const auto items = Owned(OSCollectionIterator::withCollection(many));
  while (OSObject *item = items->getNextObject()) {
    if (!Published(item)) return false;
  }
  return true;
}

}  // namespace

bool IOResources::matchPropertyTable(OSDictionary *table) {
  OSObject *names = table->getObject(kIOResourceMatchKey);
  return names == nullptr || Published(names);
}

IOService *IOService::getResourceService() { return *resources; }

IOReturn IOService::getResources() { return kIOReturnSuccess; }

void IOService::publishResource(const OSSymbol *key, OSObject *value) {
  (*resources)->setProperty(key, value != nullptr ? value : kOSBooleanTrue);
  (*resources)->registerService();
}

void IOService::publishResource(const char *key, OSObject *value) {
  publishResource(Owned(OSSymbol::withCString(key)).get(), value);
}

OSPtr<OSDictionary> IOService::resourceMatching(const char *name, OSDictionary *table) {
  table = serviceMatching(kIOResourcesClass, table);
  table->setObject(kIOResourceMatchKey, Owned(OSString::withCString(name)).get());
  return table;
}

namespace drydock {

void BootResources(IOService *platform) {
  IOResources *service = OSTypeAlloc(IOResources);
  service->init(nullptr);
  service->attach(platform);
  *resources = service;
  // Usually no driver matches it: then no matching thread is needed.
  SInt32 generation;
  const bool drivers = Owned(gIOCatalogue->findDrivers(service, &generation))->getCount() > 0;
  service->registerService(drivers ? 0 : kIOServiceSynchronous);
}

void ShutdownResources() { OSSafeReleaseNULL(*resources); }

void WaitForResources(IOService *service) {
  const auto names = Owned(service->copyProperty(kIOResourceMatchKey));
  if (names == nullptr || Published(names.get())) return;
  const auto table = Owned(IOService::serviceMatching(kIOResourcesClass));
  table->setObject(kIOResourceMatchKey, names.get());
  const auto found = Owned(IOService::waitForMatchingService(table.get()));
}

}  // namespace drydock
