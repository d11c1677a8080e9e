// libkern/property_list.h
//
// Apple's property lists, XML or binary, as kernel objects: what a kext's Info.plist holds.
//
//   dict → OSDictionary, array → OSArray, string → OSString, data → OSData, integer → OSNumber of
//   64 bits, true and false → OSBoolean. Reals and dates have no kernel object.
//
// Objects and the symbols among them belong to the boot they are made in, so a list that several
// runs use is parsed once and made into objects in each:
//
//   static const absl::StatusOr<PropertyList> list = PropertyList::Parse(text);
//   … in each run: OSSharedPtr<OSObject> personality = list->MakeObject();
//
// Parsing a binary list recurses up to 100 deep, in libplist: not on a simulated thread, whose
// stack is small. XML is read without recursion, and objects are made without.
#ifndef DRYDOCK_LIBKERN_PROPERTY_LIST_H_
#define DRYDOCK_LIBKERN_PROPERTY_LIST_H_

#include <cstdint>
#include <string>
#include <vector>

#include <libkern/c++/OSObject.h>
#include <libkern/c++/OSSharedPtr.h>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace drydock {

// A parsed property list; a value.
class PropertyList {
 public:
  // InvalidArgument for what is malformed, nests more than 100 collections, is larger than 64 MB or
  // has no kernel object: "property list: 4:12: a value without a key" with line and column of XML,
  // or the path of what is wrong in a binary list.
  static absl::StatusOr<PropertyList> Parse(absl::string_view xml_or_binary);

  // The list as a tree of new objects of the boot in progress; the caller owns the reference.
  OSSharedPtr<OSObject> MakeObject() const;

  enum class Kind : uint8_t { kDictionary, kArray, kString, kData, kInteger, kBoolean };
  Kind kind() const { return kind_; }
  // Of a string; the bytes of data.
  const std::string& text() const { return text_; }
  // Of a dictionary, in order, and the value of each; of an array there are only the values.
  const std::vector<std::string>& keys() const { return keys_; }
  const std::vector<PropertyList>& items() const { return items_; }
  // The value of a dictionary's key, or null.
  const PropertyList* Find(absl::string_view key) const;

 private:
  class Builder;       // from XML
  class BinaryReader;  // from libplist's tree

  Kind kind_ = Kind::kBoolean;
  uint64_t number_ = 0;              // of an integer; of a boolean, 1 is true
  std::string text_;                 // of a string; the bytes of data
  std::vector<std::string> keys_;    // of a dictionary
  std::vector<PropertyList> items_;  // of a dictionary, key by key, or an array
};

// Parses a list and makes its objects.
absl::StatusOr<OSSharedPtr<OSObject>> ParsePropertyList(absl::string_view xml_or_binary);

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_PROPERTY_LIST_H_
