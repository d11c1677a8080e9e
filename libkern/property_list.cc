// Property lists: XML by our reader on expat, binary ones by libplist; and the objects made of
// them.
#include "libkern/property_list.h"

#include <cstdlib>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libkern/binary_list_problem.h"
#include "libkern/list_limits.h"
#include "libkern/object_builder.h"
#include "libkern/xml_list.h"
#include <plist/plist.h>

namespace drydock {

namespace {

constexpr size_t kMaxSize = size_t{64} << 20;

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

// Keeps the values of an XML list. A key that comes again has its last value.
class PropertyList::Builder final : public ListBuilder {
 public:
  PropertyList result() && { return std::move(result_); }

  void Begin(Collection kind, unsigned, const std::string&) override {
    PropertyList* const list = Next();
    list->kind_ = kind == Collection::kDictionary ? Kind::kDictionary : Kind::kArray;
    open_.push_back({list, {}, 0});
  }
  void End() override { open_.pop_back(); }
  void Key(const std::string& key) override {
    Open& open = open_.back();
    const auto [known, added] = open.index.emplace(key, open.list->keys_.size());
    if (added) {
      open.list->keys_.emplace_back(key);
      open.list->items_.emplace_back();
    }
    open.next = known->second;
  }
  void String(const std::string& text, const std::string&) override {
    SetText(Kind::kString, text);
  }
  void Data(const std::string& bytes, const std::string&) override { SetText(Kind::kData, bytes); }
  void Integer(uint64_t value, unsigned, const std::string&) override {
    SetNumber(Kind::kInteger, value);
  }
  void Boolean(bool value) override { SetNumber(Kind::kBoolean, value ? 1 : 0); }
  const char* Reference(const std::string&) override { return "a reference in a property list"; }

 private:
  // A collection that is being filled. It stays where it is: what holds it does not grow meanwhile.
  struct Open {
    PropertyList* list;
    absl::flat_hash_map<std::string, size_t> index;  // of the keys of a dictionary
    size_t next;                                     // the item that the last key means
  };

  // Where the next value goes.
  PropertyList* Next() {
    if (open_.empty()) return &result_;
    const Open& open = open_.back();
    if (open.list->kind_ == Kind::kArray) return &open.list->items_.emplace_back();
    return &(open.list->items_[open.next] = PropertyList());
  }
  void SetText(Kind kind, const std::string& text) {
    PropertyList* const list = Next();
    list->kind_ = kind;
    list->text_ = text;
  }
  void SetNumber(Kind kind, uint64_t number) {
    PropertyList* const list = Next();
    list->kind_ = kind;
    list->number_ = number;
  }

  PropertyList result_;
  std::vector<Open> open_;
};

// Turns libplist's tree into ours, which BinaryListProblem found to be at most kMaxListDepth deep.
// `path` says where in the list a node is.
class PropertyList::BinaryReader {
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
        if (length > kMaxListText) return Invalid(path, "a string is longer than 262142 bytes");
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
      if (list->keys_.back().size() > kMaxListText)
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
  if (xml_or_binary.size() > kMaxSize) return Invalid("", "larger than 64 MB");
  if (!absl::StartsWith(xml_or_binary, "bplist")) {
    Builder builder;
    const absl::Status status = ReadXmlList(xml_or_binary, XmlListForm::kPropertyList, &builder);
    if (!status.ok()) return Invalid("", status.message());
    return std::move(builder).result();
  }
  const std::string problem = BinaryListProblem(xml_or_binary);
  if (!problem.empty()) return Invalid("", problem);
  plist_t root = nullptr;
  plist_from_bin(xml_or_binary.data(), static_cast<uint32_t>(xml_or_binary.size()), &root);
  if (root == nullptr) return Invalid("", "not a well-formed binary list");
  const std::unique_ptr<void, FreePlist> own_root(root);
  PropertyList list;
  const absl::Status status = BinaryReader::Read(root, "", &list);
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
  using Collection = ListBuilder::Collection;
  ObjectBuilder builder;
  struct Open {
    const PropertyList* list;
    size_t next;
  };
  std::vector<Open> open;
  const PropertyList* list = this;
  while (true) {
    switch (list->kind_) {
      case Kind::kDictionary:
      case Kind::kArray:
        builder.Begin(list->kind_ == Kind::kArray ? Collection::kArray : Collection::kDictionary,
                      static_cast<unsigned>(list->items_.size()), "");
        open.push_back({list, 0});
        break;
      case Kind::kString:
        builder.String(list->text_, "");
        break;
      case Kind::kData:
        builder.Data(list->text_, "");
        break;
      case Kind::kInteger:
        builder.Integer(list->number_, 64, "");
        break;
      case Kind::kBoolean:
        builder.Boolean(list->number_ != 0);
        break;
    }
    while (!open.empty() && open.back().next == open.back().list->items_.size()) {
      builder.End();
      open.pop_back();
    }
    if (open.empty()) return builder.result();
    Open& inner = open.back();
    if (inner.list->kind_ == Kind::kDictionary) builder.Key(inner.list->keys_[inner.next]);
    list = &inner.list->items_[inner.next++];
  }
}

absl::StatusOr<OSSharedPtr<OSObject>> ParsePropertyList(absl::string_view xml_or_binary) {
  const absl::StatusOr<PropertyList> list = PropertyList::Parse(xml_or_binary);
  if (!list.ok()) return list.status();
  return list->MakeObject();
}

}  // namespace drydock
