// The matching rules of the USB family and their scores. (service.md 7.1)
#include "drivers/usb/usb_matching.h"

#include <IOKit/usb/IOUSBHostFamilyDefinitions.h>

#include "absl/types/span.h"

namespace drydock {
namespace {

// The keys as bits, for the rules.
enum Key : uint32_t {
  kVendor = 0x001,
  kProduct = 0x002,
  kRelease = 0x004,
  kDeviceClass = 0x008,
  kDeviceSubClass = 0x010,
  kDeviceProtocol = 0x020,
  kConfiguration = 0x040,
  kNumber = 0x080,
  kInterfaceClass = 0x100,
  kInterfaceSubClass = 0x200,
  kInterfaceProtocol = 0x400,
};

struct KeyName {
  Key key;
  const char* name;
};

constexpr KeyName kKeys[] = {
    {kVendor, kUSBHostMatchingPropertyVendorID},
    {kProduct, kUSBHostMatchingPropertyProductID},
    {kRelease, kUSBHostMatchingPropertyDeviceReleaseNumber},
    {kDeviceClass, kUSBHostMatchingPropertyDeviceClass},
    {kDeviceSubClass, kUSBHostMatchingPropertyDeviceSubClass},
    {kDeviceProtocol, kUSBHostMatchingPropertyDeviceProtocol},
    {kConfiguration, kUSBHostMatchingPropertyConfigurationValue},
    {kNumber, kUSBHostMatchingPropertyInterfaceNumber},
    {kInterfaceClass, kUSBHostMatchingPropertyInterfaceClass},
    {kInterfaceSubClass, kUSBHostMatchingPropertyInterfaceSubClass},
    {kInterfaceProtocol, kUSBHostMatchingPropertyInterfaceProtocol},
};

enum class Class { kAny, kVendorSpecific, kStandard };

struct Rule {
  uint32_t required;   // keys the table must have
  uint32_t forbidden;  // keys it must not have; all others it has must fit too
  Class nub_class;     // the kind of class the nub must have
  SInt32 score;
};

// The highest score first.
constexpr Rule kDeviceRules[] = {
    {kVendor | kProduct | kRelease, 0, Class::kAny, 100000},
    {kVendor | kProduct, 0, Class::kAny, 90000},
    {kVendor | kDeviceSubClass | kDeviceProtocol, kProduct | kDeviceClass, Class::kVendorSpecific,
     80000},
    {kVendor | kDeviceSubClass, kProduct | kDeviceClass | kDeviceProtocol, Class::kVendorSpecific,
     70000},
    {kDeviceClass | kDeviceSubClass | kDeviceProtocol, kVendor | kProduct, Class::kStandard, 60000},
    {kDeviceClass | kDeviceSubClass, kVendor | kProduct | kDeviceProtocol, Class::kStandard, 50000},
};
constexpr Rule kInterfaceRules[] = {
    {kVendor | kProduct | kNumber | kConfiguration | kRelease, 0, Class::kAny, 100000},
    {kVendor | kProduct | kNumber | kConfiguration, 0, Class::kAny, 90000},
    {kVendor | kInterfaceSubClass | kInterfaceProtocol, kProduct | kInterfaceClass,
     Class::kVendorSpecific, 80000},
    {kVendor | kInterfaceSubClass, kProduct | kInterfaceClass | kInterfaceProtocol,
     Class::kVendorSpecific, 70000},
    {kInterfaceClass | kInterfaceSubClass | kInterfaceProtocol, kVendor | kProduct,
     Class::kStandard, 60000},
    {kInterfaceClass | kInterfaceSubClass, kVendor | kProduct | kInterfaceProtocol,
     Class::kStandard, 50000},
};

constexpr uint32_t kVendorSpecificClass = 0xff;
constexpr SInt32 kWildcardCost = 1000;
constexpr SInt32 kMaskCost = 500;
constexpr SInt32 kProbeScoreLimit = 10000;
constexpr SInt32 kProbeScoreClamp = 9000;

const OSNumber* NumberOf(const IOService* nub, const char* key) {
  return OSDynamicCast(OSNumber, nub->getProperty(key));
}

bool IsWildcard(const OSObject* value) {
  const OSString* text = OSDynamicCast(OSString, value);
  return text != nullptr && text->isEqualTo("*");
}

// Whether the table's mask or array of products, which no other key has, allows the nub's product.
bool ProductFits(const OSNumber* product, const OSDictionary* table, SInt32* cost) {
  if (const OSArray* products =
          OSDynamicCast(OSArray, table->getObject(kUSBHostMatchingPropertyProductIDArray))) {
    for (unsigned i = 0; i < products->getCount(); ++i) {
      if (products->getObject(i)->isEqualTo(product)) return true;
    }
    return false;
  }
  const OSNumber* wanted =
      OSDynamicCast(OSNumber, table->getObject(kUSBHostMatchingPropertyProductID));
  const OSNumber* mask =
      OSDynamicCast(OSNumber, table->getObject(kUSBHostMatchingPropertyProductIDMask));
  if (wanted == nullptr || mask == nullptr) return false;
  *cost += kMaskCost;
  return ((wanted->unsigned32BitValue() ^ product->unsigned32BitValue()) &
          mask->unsigned32BitValue()) == 0;
}

// Collects the keys the table has; false if one of them does not fit.
bool KeysFit(const IOService* nub, const OSDictionary* table, uint32_t* keys, SInt32* cost) {
  const bool special_product =
      table->getObject(kUSBHostMatchingPropertyProductIDArray) != nullptr ||
      table->getObject(kUSBHostMatchingPropertyProductIDMask) != nullptr;
  for (const KeyName& entry : kKeys) {
    const bool special = entry.key == kProduct && special_product;
    const OSObject* wanted = table->getObject(entry.name);
    if (wanted == nullptr && !special) continue;
    *keys |= entry.key;
    const OSNumber* actual = NumberOf(nub, entry.name);
    if (actual == nullptr) return false;
    if (IsWildcard(wanted)) {
      *cost += kWildcardCost;
    } else if (special ? !ProductFits(actual, table, cost) : !wanted->isEqualTo(actual)) {
      return false;
    }
  }
  return true;
}

bool Match(const IOService* nub, const char* class_key, absl::Span<const Rule> rules,
           OSDictionary* table, SInt32* score) {
  uint32_t keys = 0;
  SInt32 cost = 0;
  if (!KeysFit(nub, table, &keys, &cost)) return false;
  const OSNumber* nub_class = NumberOf(nub, class_key);
  const Class kind = nub_class != nullptr && nub_class->unsigned32BitValue() == kVendorSpecificClass
                         ? Class::kVendorSpecific
                         : Class::kStandard;
  for (const Rule& rule : rules) {
    if ((keys & rule.required) != rule.required || (keys & rule.forbidden) != 0) continue;
    if (rule.nub_class != Class::kAny && rule.nub_class != kind) continue;
    const OSNumber* probe_score = OSDynamicCast(OSNumber, table->getObject(kIOProbeScoreKey));
    SInt32 own =
        probe_score != nullptr ? static_cast<SInt32>(probe_score->unsigned32BitValue()) : 0;
    if (own >= kProbeScoreLimit) own = kProbeScoreClamp;
    *score = rule.score - cost + own;
    return true;
  }
  return false;
}

}  // namespace

bool MatchUsbDevice(const IOService* nub, OSDictionary* table, SInt32* score) {
  return Match(nub, kUSBHostMatchingPropertyDeviceClass, kDeviceRules, table, score);
}

bool MatchUsbInterface(const IOService* nub, OSDictionary* table, SInt32* score) {
  return Match(nub, kUSBHostMatchingPropertyInterfaceClass, kInterfaceRules, table, score);
}

}  // namespace drydock
