// Passive matching: the keys of a dictionary compared with a service. (service.md 3.3)
#include "drivers/service/passive_matching.h"

#include "drivers/service/owned.h"

namespace drydock {
namespace {

// Whether any item satisfies `holds`: `value` itself, or one in it if it is an array or a set.
template <typename Predicate>
bool AnyOf(OSObject* value, Predicate holds) {
  OSCollection* many = OSDynamicCast(OSCollection, value);
  if (many == nullptr || OSDynamicCast(OSDictionary, value) != nullptr) return holds(value);
  const auto items = Owned(OSCollectionIterator::withCollection(many));
  while (OSObject* item = items->getNextObject()) {
    if (holds(item)) return true;
  }
  return false;
}

// Whether the service's properties agree with the dictionary in all of its keys.
bool HasProperties(const IOService* service, OSDictionary* wanted) {
  const auto keys = Owned(OSCollectionIterator::withCollection(wanted));
  while (OSObject* object = keys->getNextObject()) {
    auto* key = static_cast<OSSymbol*>(object);
    const auto value = Owned(service->copyProperty(key));
    if (value == nullptr || !wanted->getObject(key)->isEqualTo(value.get())) return false;
  }
  return true;
}

bool HasPath(const IOService* service, OSObject* wanted) {
  char path[512];
  int length = sizeof(path);
  OSString* text = OSDynamicCast(OSString, wanted);
  return text != nullptr && service->getPath(path, &length, gIOServicePlane) &&
         text->isEqualTo(path);
}

unsigned MatchedClients(IOService* service) {
  unsigned count = 0;
  const auto clients = Owned(service->getClientIterator());
  while (OSObject* object = clients->getNextObject()) {
    IOService* client = OSDynamicCast(IOService, object);
    if (client == nullptr || client->isInactive()) continue;
    if (Owned(client->copyProperty(kIOMatchCategoryKey)) != nullptr) ++count;
  }
  return count;
}

// Compares the keys that mean the same for all services, and counts those that are left for the
// family.
class Matcher {
 public:
  Matcher(IOService* service, OSDictionary* table) : service_(service), table_(table) {}

  // `personality` as table, or null.
  bool Matches(OSDictionary* personality, SInt32* score) {
    const bool generic = Class(personality != nullptr) && Name(personality) && Location() &&
                         Property() && PropertyExists() && Path() && EntryID() && Count() &&
                         Parent();
    if (!generic) return false;
    // The other keys are the family's; it is not called if there are none. (MT-14)
    return left_ == 0 || service_->matchPropertyTable(table_, score);
  }

 private:
  // The value of a key, which then no longer counts as left.
  OSObject* Take(const char* key) {
    OSObject* value = table_->getObject(key);
    if (value != nullptr) --left_;
    return value;
  }

  bool Class(bool known) {
    OSObject* wanted = Take(kIOProviderClassKey);
    if (wanted == nullptr || known) return true;
    OSString* name = OSDynamicCast(OSString, wanted);
    return name != nullptr && service_->metaCast(name) != nullptr;
  }
  bool Name(OSDictionary* personality) {
    OSObject* wanted = Take(kIONameMatchKey);
    if (wanted == nullptr) return true;
    OSString* matched = nullptr;
    if (!service_->compareNames(wanted, &matched)) return false;
    const auto name = Owned(matched);
    if (personality != nullptr) personality->setObject(kIONameMatchedKey, name.get());
    return true;
  }
  bool Location() {
    OSObject* wanted = Take(kIOLocationMatchKey);
    if (wanted == nullptr) return true;
    if (OSDictionary* nested = OSDynamicCast(OSDictionary, wanted)) return AnyProvider(nested);
    OSString* text = OSDynamicCast(OSString, wanted);
    const char* location = service_->getLocation();
    return text != nullptr && location != nullptr && text->isEqualTo(location);
  }
  bool Property() {
    OSObject* wanted = Take(kIOPropertyMatchKey);
    return wanted == nullptr || AnyOf(wanted, [this](OSObject* item) {
             OSDictionary* all = OSDynamicCast(OSDictionary, item);
             return all != nullptr && HasProperties(service_, all);
           });
  }
  bool PropertyExists() {
    OSObject* wanted = Take(kIOPropertyExistsMatchKey);
    return wanted == nullptr || AnyOf(wanted, [this](OSObject* item) {
             OSString* key = OSDynamicCast(OSString, item);
             return key != nullptr && Owned(service_->copyProperty(key)) != nullptr;
           });
  }
  bool Path() {
    OSObject* wanted = Take(kIOPathMatchKey);
    return wanted == nullptr || HasPath(service_, wanted);
  }
  bool EntryID() {
    OSObject* wanted = Take(kIORegistryEntryIDKey);
    if (wanted == nullptr) return true;
    OSNumber* id = OSDynamicCast(OSNumber, wanted);
    return id != nullptr && id->unsigned64BitValue() == service_->getRegistryEntryID();
  }
  bool Count() {
    OSObject* wanted = Take(kIOMatchedServiceCountKey);
    if (wanted == nullptr) return true;
    OSNumber* count = OSDynamicCast(OSNumber, wanted);
    return count != nullptr && count->unsigned32BitValue() == MatchedClients(service_);
  }
  bool Parent() {
    OSObject* wanted = Take(kIOParentMatchKey);
    if (wanted == nullptr) return true;
    OSDictionary* nested = OSDynamicCast(OSDictionary, wanted);
    return nested != nullptr && AnyProvider(nested);
  }
  bool AnyProvider(OSDictionary* nested) {
    OSSharedPtr<IOService> provider(service_->getProvider(), OSRetain);
    while (provider != nullptr) {
      if (MatchesTable(provider.get(), nested)) return true;
      provider.reset(provider->getProvider(), OSRetain);
    }
    return false;
  }

  IOService* const service_;
  OSDictionary* const table_;
  unsigned left_ = table_->getCount();
};

}  // namespace

bool MatchesPersonality(IOService* nub, OSDictionary* personality, SInt32* score) {
  return Matcher(nub, personality).Matches(personality, score);
}

bool MatchesTable(IOService* service, OSDictionary* table) {
  SInt32 score = 0;
  return Matcher(service, table).Matches(nullptr, &score);
}

}  // namespace drydock
