// Reads a kext's Info.plist and checks what its personalities need.
#include "drivers/service/info_plist.h"

#include <vector>

#include <IOKit/IOKitKeys.h>

#include "absl/strings/str_cat.h"
#include "drivers/service/owned.h"

namespace drydock {
namespace {

using Kind = PropertyList::Kind;

// What matching makes of a personality's key: a value of one kind, or also an array of such.
struct Expected {
  const char* key;
  Kind kind;
  const char* kind_name;
  bool array;
};

constexpr Expected kExpected[] = {
    {kIOClassKey, Kind::kString, "a string", false},
    {kIOProviderClassKey, Kind::kString, "a string", false},
    {kIOMatchCategoryKey, Kind::kString, "a string", false},
    {kCFBundleIdentifierKey, Kind::kString, "a string", false},
    {kIOProbeScoreKey, Kind::kInteger, "an integer", false},
    {kIONameMatchKey, Kind::kString, "a string", true},
    {kIOPropertyMatchKey, Kind::kDictionary, "a dictionary", true},
    {kIOPropertyExistsMatchKey, Kind::kString, "a string", true},
    {kIOResourceMatchKey, Kind::kString, "a string", true},
    {kIOParentMatchKey, Kind::kDictionary, "a dictionary", false},
    {kIOPathMatchKey, Kind::kString, "a string", false},
};

absl::Status Wrong(absl::string_view path, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("Info.plist: ", path, what));
}

bool Fits(const PropertyList& value, const Expected& expected) {
  if (value.kind() == expected.kind) return true;
  if (!expected.array || value.kind() != Kind::kArray) return false;
  for (const PropertyList& item : value.items()) {
    if (item.kind() != expected.kind) return false;
  }
  return true;
}

absl::Status CheckPersonality(const std::string& name, const PropertyList& personality) {
  const std::string path = absl::StrCat(kIOKitPersonalitiesKey, ".", name);
  if (personality.kind() != Kind::kDictionary) return Wrong(path, " must be a dictionary");
  for (const Expected& expected : kExpected) {
    const PropertyList* value = personality.Find(expected.key);
    if (value == nullptr || Fits(*value, expected)) continue;
    return Wrong(absl::StrCat(path, ".", expected.key),
                 absl::StrCat(" must be ", expected.kind_name,
                              expected.array ? ", or an array of such" : ""));
  }
  return absl::OkStatus();
}

std::string TextOf(const PropertyList& list, const char* key) {
  const PropertyList* value = list.Find(key);
  return value != nullptr && value->kind() == Kind::kString ? value->text() : "";
}

}  // namespace

absl::StatusOr<InfoPlist> InfoPlist::Parse(absl::string_view xml_or_binary) {
  const absl::StatusOr<PropertyList> list = PropertyList::Parse(xml_or_binary);
  if (!list.ok()) return list.status();
  if (list->kind() != Kind::kDictionary) return Wrong("it", " must be a dictionary");
  InfoPlist info;
  info.identifier_ = TextOf(*list, kCFBundleIdentifierKey);
  info.version_ = TextOf(*list, "CFBundleShortVersionString");
  if (info.version_.empty()) info.version_ = TextOf(*list, "CFBundleVersion");
  const PropertyList* personalities = list->Find(kIOKitPersonalitiesKey);
  if (personalities == nullptr) return info;
  if (personalities->kind() != Kind::kDictionary) {
    return Wrong(kIOKitPersonalitiesKey, " must be a dictionary");
  }
  for (size_t i = 0; i < personalities->items().size(); ++i) {
    const absl::Status status =
        CheckPersonality(personalities->keys()[i], personalities->items()[i]);
    if (!status.ok()) return status;
  }
  info.personalities_ = *personalities;
  return info;
}

void InfoPlist::AddPersonalities(OSArray* personalities) const {
  if (personalities_.kind() != Kind::kDictionary) return;
  for (const PropertyList& item : personalities_.items()) {
    const OSSharedPtr<OSObject> object = item.MakeObject();
    auto* personality = static_cast<OSDictionary*>(object.get());
    if (!identifier_.empty() && personality->getObject(kCFBundleIdentifierKey) == nullptr) {
      const auto identifier = Owned(OSString::withCString(identifier_.c_str()));
      personality->setObject(kCFBundleIdentifierKey, identifier.get());
    }
    personalities->setObject(personality);
  }
}

}  // namespace drydock
