// The registry printed as a tree, as ioreg prints it.
#include "drivers/service/registry_tree.h"

#include <IOKit/IOService.h>
#include <libkern/c++/OSContainers.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "drivers/service/owned.h"
#include "drivers/service/registry.h"

namespace drydock {
namespace {

std::string Value(const OSObject* value);

template <typename Collection>
std::string Items(Collection* collection, const char* open, const char* close) {
  std::string text = open;
  const auto items = Owned(OSCollectionIterator::withCollection(collection));
  const char* separator = "";
  while (OSObject* item = items->getNextObject()) {
    absl::StrAppend(&text, separator, Value(item));
    separator = ",";
  }
  return text + close;
}

std::string Value(const OSObject* value) {
  auto* object = const_cast<OSObject*>(value);
  if (const auto* text = OSDynamicCast(OSString, object)) {
    return absl::StrCat("\"", text->getCStringNoCopy(), "\"");
  }
  if (const auto* number = OSDynamicCast(OSNumber, object)) {
    return absl::StrCat(number->unsigned64BitValue());
  }
  if (const auto* boolean = OSDynamicCast(OSBoolean, object)) {
    return boolean->isTrue() ? "Yes" : "No";
  }
  if (const auto* data = OSDynamicCast(OSData, object)) {
    const auto* bytes = static_cast<const uint8_t*>(data->getBytesNoCopy());
    std::string text = "<";
    for (unsigned i = 0; i < data->getLength(); ++i) absl::StrAppendFormat(&text, "%02x", bytes[i]);
    return text + ">";
  }
  if (auto* array = OSDynamicCast(OSArray, object)) return Items(array, "(", ")");
  if (auto* set = OSDynamicCast(OSSet, object)) return Items(set, "[", "]");
  if (auto* dictionary = OSDynamicCast(OSDictionary, object)) {
    std::string text = "{";
    const auto keys = Owned(OSCollectionIterator::withCollection(dictionary));
    while (OSObject* key = keys->getNextObject()) {
      absl::StrAppend(&text, text.size() > 1 ? "," : "", Value(key), "=",
                      Value(dictionary->getObject(static_cast<OSSymbol*>(key))));
    }
    return text + "}";
  }
  return absl::StrCat("\"", value->getMetaClass()->getClassName(), " is not serializable\"");
}

class Writer {
 public:
  Writer(const RegistryTreeOptions& options, const IORegistryPlane* plane)
      : options_(options), plane_(plane) {}

  // Writes an entry and all below it; `has_sibling` says whether another entry of its level
  // follows.
  void Write(IORegistryEntry* entry, bool has_sibling) {
    const int references = entry->getRetainCount();  // before ours
    const std::vector<IORegistryEntry*> children = Children(entry);
    if (Shown(entry)) {
      Line(absl::StrCat(Bars(), "+-o ", Describe(entry, references)));
      more_.push_back(has_sibling && !more_.empty());  // a root has none
      if (options_.properties || IsOfClass(entry)) WriteProperties(entry, !children.empty());
      ++inside_;
    }
    for (size_t i = 0; i < children.size(); ++i) Write(children[i], i + 1 < children.size());
    if (Shown(entry)) {
      --inside_;
      more_.pop_back();
    }
  }

  std::string Take() { return std::move(text_); }

 private:
  // Not retained: the registry lock keeps them.
  std::vector<IORegistryEntry*> Children(IORegistryEntry* entry) const {
    std::vector<IORegistryEntry*> children;
    const auto iterator = Owned(entry->getChildIterator(plane_));
    while (OSObject* child = iterator->getNextObject()) {
      children.push_back(static_cast<IORegistryEntry*>(child));
    }
    return children;
  }

  bool IsOfClass(const IORegistryEntry* entry) const {
    return !options_.class_name.empty() && entry->metaCast(options_.class_name.c_str()) != nullptr;
  }

  bool Shown(const IORegistryEntry* entry) const {
    return !options_.subtrees_only || inside_ > 0 || IsOfClass(entry);
  }

  std::string Bars() const {
    std::string bars;
    for (const bool more : more_) bars += more ? "| " : "  ";
    return bars;
  }

  std::string Describe(const IORegistryEntry* entry, int references) const {
    const char* location = entry->getLocation(plane_);
    std::string text = absl::StrCat(
        entry->getName(plane_), location != nullptr ? "@" : "", location != nullptr ? location : "",
        "  <class ", entry->getMetaClass()->getClassName(), ", id 0x",
        absl::Hex(const_cast<IORegistryEntry*>(entry)->getRegistryEntryID()));
    if (auto* service = OSDynamicCast(IOService, const_cast<IORegistryEntry*>(entry))) {
      const UInt32 state = service->getState();
      absl::StrAppend(&text, (state & kIOServiceRegisteredState) != 0 ? ", " : ", !", "registered",
                      (state & kIOServiceMatchedState) != 0 ? ", " : ", !", "matched",
                      (state & kIOServiceInactiveState) != 0 ? ", inactive" : ", active", ", busy ",
                      service->getBusyState());
    }
    return absl::StrCat(text, ", retain ", references, ">");
  }

  void WriteProperties(const IORegistryEntry* entry, bool has_children) {
    const std::string bars = absl::StrCat(Bars(), has_children ? "| " : "  ");
    Line(absl::StrCat(bars, "{"));
    const auto properties = Owned(entry->dictionaryWithProperties());
    const auto keys = Owned(OSCollectionIterator::withCollection(properties.get()));
    while (OSObject* key = keys->getNextObject()) {
      Line(absl::StrCat(bars, "  ", Value(key), " = ",
                        Value(properties->getObject(static_cast<OSSymbol*>(key)))));
    }
    Line(absl::StrCat(bars, "}"));
    Line(bars);
  }

  void Line(std::string line) {
    if (options_.columns > 0 && line.size() > options_.columns) line.resize(options_.columns);
    absl::StrAppend(&text_, line, "\n");
  }

  const RegistryTreeOptions& options_;
  const IORegistryPlane* const plane_;
  std::vector<bool> more_;  // for each level above: whether an entry of it follows further down
  int inside_ = 0;          // the number of shown entries above the current one
  std::string text_;
};

}  // namespace

std::string RegistryTree(const RegistryTreeOptions& options) {
  const RegistryLock lock;
  const IORegistryPlane* plane = IORegistryEntry::getPlane(options.plane.c_str());
  if (plane == nullptr) return "";
  Writer writer(options, plane);
  writer.Write(IORegistryEntry::getRegistryRoot(), /*has_sibling=*/false);
  return writer.Take();
}

}  // namespace drydock
