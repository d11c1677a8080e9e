#include "drivers/service/kext.h"

#include <map>
#include <string>

#include <IOKit/IOKitKeys.h>

#include "absl/strings/str_cat.h"
#include "drivers/service/owned.h"
#include "libkern/property_list.h"
#include "scheduler/kernel/panic.h"

namespace drydock {
namespace {

// By name: an order that does not depend on how the program was linked.
std::map<std::string, absl::StatusOr<PropertyList>>& Kexts() {
  static auto* kexts = new std::map<std::string, absl::StatusOr<PropertyList>>();
  return *kexts;
}

}  // namespace

// Parsed here and not at boot: the parser recurses, and fibers have small stacks.
KextRegistration::KextRegistration(absl::string_view name, absl::string_view info_plist) {
  Kexts().emplace(std::string(name), PropertyList::Parse(info_plist));
}

OSArray* MakeKextPersonalities() {
  OSArray* personalities = OSArray::withCapacity(4);
  for (const auto& [name, list] : Kexts()) {
    if (!list.ok()) {
      kernel::Panic("the Info.plist of kext ", name, ": ", list.status().message());
    }
    const OSSharedPtr<OSObject> info = list->MakeObject();
    OSDictionary* table = OSDynamicCast(OSDictionary, info.get());
    OSDictionary* named =
        table != nullptr ? OSDynamicCast(OSDictionary, table->getObject(kIOKitPersonalitiesKey))
                         : nullptr;
    if (named == nullptr) continue;
    const auto keys = Owned(OSCollectionIterator::withCollection(named));
    while (OSObject* key = keys->getNextObject()) {
      personalities->setObject(named->getObject(static_cast<OSSymbol*>(key)));
    }
  }
  return personalities;
}

}  // namespace drydock
