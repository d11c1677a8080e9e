#include "libkern/property_list.h"

#include <cstdlib>
#include <memory>

#include <libkern/c++/OSArray.h>
#include <libkern/c++/OSBoolean.h>
#include <libkern/c++/OSData.h>
#include <libkern/c++/OSDictionary.h>
#include <libkern/c++/OSNumber.h>
#include <libkern/c++/OSString.h>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libkern/property_list_problem.h"
#include <plist/plist.h>

namespace drydock {

namespace {

constexpr size_t kMaxSize = size_t{64} << 20;
constexpr size_t kMaxText = 262142;  // OSString's limit

absl::Status Invalid(absl::string_view path, absl::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat("property list: ", path, path.empty() ? "" : ": ", problem));
}

struct FreePlist {
  void operator()(void* plist) const { plist_free(plist); }
};
struct FreeMemory {
  void operator()(void* memory) const { std::free(memory); }
};

}  // namespace

// Turns libplist's tree into ours. `path` says where in the list a node is.
class PropertyList::Reader {
 public:
  static absl::Status Read(plist_t node, const std::string& path, PropertyList* list) {
    switch (plist_get_node_type(node)) {
      case PLIST_DICT:
        return ReadDictionary(node, path, list);
      case PLIST_ARRAY:
        return ReadArray(node, path, list);
      case PLIST_STRING: {
        list->kind_ = Kind::kString;
        uint64_t length = 0;
        const char* const text = plist_get_string_ptr(node, &length);
        if (length > kMaxText) return Invalid(path, "a string is longer than 262142 bytes");
        if (text != nullptr) list->text_.assign(text, length);
        return absl::OkStatus();
      }
      case PLIST_DATA: {
        list->kind_ = Kind::kData;
        uint64_t length = 0;
        const char* const bytes = plist_get_data_ptr(node, &length);
        if (bytes != nullptr) list->text_.assign(bytes, length);
        return absl::OkStatus();
      }
      case PLIST_UINT:
        list->kind_ = Kind::kInteger;
        plist_get_uint_val(node, &list->number_);
        return absl::OkStatus();
      case PLIST_BOOLEAN: {
        list->kind_ = Kind::kBoolean;
        uint8_t value = 0;
        plist_get_bool_val(node, &value);
        list->number_ = value != 0;
        return absl::OkStatus();
      }
      case PLIST_REAL:
        return Invalid(path, "a real number has no kernel object");
      case PLIST_DATE:
        return Invalid(path, "a date has no kernel object");
      default:
        return Invalid(path, "an element has no kernel object");
    }
  }

 private:
  static absl::Status ReadDictionary(plist_t node, const std::string& path, PropertyList* list) {
    list->kind_ = Kind::kDictionary;
    list->keys_.reserve(plist_dict_get_size(node));
    list->items_.reserve(plist_dict_get_size(node));
    plist_dict_iter position = nullptr;
    plist_dict_new_iter(node, &position);
    const std::unique_ptr<void, FreeMemory> own_position(position);
    while (true) {
      char* key = nullptr;
      plist_t item = nullptr;
      plist_dict_next_item(node, position, &key, &item);
      const std::unique_ptr<char, FreeMemory> own_key(key);
      if (item == nullptr) return absl::OkStatus();
      list->keys_.emplace_back(key != nullptr ? key : "");
      if (list->keys_.back().size() > kMaxText)
        return Invalid(path, "a key is longer than 262142 bytes");
      list->items_.emplace_back();
      const absl::Status status =
          Read(item, absl::StrCat(path, path.empty() ? "" : ".", list->keys_.back()),
               &list->items_.back());
      if (!status.ok()) return status;
    }
  }

  static absl::Status ReadArray(plist_t node, const std::string& path, PropertyList* list) {
    list->kind_ = Kind::kArray;
    const uint32_t size = plist_array_get_size(node);
    list->items_.resize(size);
    for (uint32_t i = 0; i < size; ++i) {
      const absl::Status status =
          Read(plist_array_get_item(node, i), absl::StrCat(path, "[", i, "]"), &list->items_[i]);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }
};

absl::StatusOr<PropertyList> PropertyList::Parse(absl::string_view xml_or_binary) {
  const bool binary = absl::StartsWith(xml_or_binary, "bplist");
  const std::string problem =
      binary ? BinaryListProblem(xml_or_binary) : XmlListProblem(xml_or_binary);
  if (!problem.empty()) return Invalid("", problem);
  if (xml_or_binary.size() > kMaxSize) return Invalid("", "larger than 64 MB");
  plist_t root = nullptr;
  const auto size = static_cast<uint32_t>(xml_or_binary.size());
  if (binary) {
    plist_from_bin(xml_or_binary.data(), size, &root);
  } else {
    plist_from_xml(xml_or_binary.data(), size, &root);
  }
  if (root == nullptr)
    return Invalid("", binary ? "not a well-formed binary list" : "not a well-formed XML list");
  const std::unique_ptr<void, FreePlist> own_root(root);
  PropertyList list;
  const absl::Status status = Reader::Read(root, "", &list);
  if (!status.ok()) return status;
  return list;
}

const PropertyList* PropertyList::Find(absl::string_view key) const {
  for (size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i] == key) return &items_[i];
  }
  return nullptr;
}

OSSharedPtr<OSObject> PropertyList::MakeObject() const {
  OSObject* object = nullptr;
  switch (kind_) {
    case Kind::kDictionary: {
      OSDictionary* const dictionary =
          OSDictionary::withCapacity(static_cast<unsigned>(items_.size()));
      for (size_t i = 0; i < items_.size(); ++i) {
        dictionary->setObject(keys_[i].c_str(), items_[i].MakeObject().get());
      }
      object = dictionary;
      break;
    }
    case Kind::kArray: {
      OSArray* const array = OSArray::withCapacity(static_cast<unsigned>(items_.size()));
      for (const PropertyList& item : items_) array->setObject(item.MakeObject().get());
      object = array;
      break;
    }
    case Kind::kString:
      object = OSString::withCString(text_.c_str());
      break;
    case Kind::kData:
      object = OSData::withBytes(text_.data(), static_cast<unsigned>(text_.size()));
      break;
    case Kind::kInteger:
      object = OSNumber::withNumber(number_, 64);
      break;
    case Kind::kBoolean:
      object = OSBoolean::withBoolean(number_ != 0);
      break;
  }
  return OSSharedPtr<OSObject>(object, OSNoRetain);
}

absl::StatusOr<OSSharedPtr<OSObject>> ParsePropertyList(absl::string_view xml_or_binary) {
  const absl::StatusOr<PropertyList> list = PropertyList::Parse(xml_or_binary);
  if (!list.ok()) return list.status();
  return list->MakeObject();
}

}  // namespace drydock
