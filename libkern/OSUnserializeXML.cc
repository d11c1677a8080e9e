#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <libkern/c++/OSContainers.h>
#include <libkern/c++/OSSharedPtr.h>
#include <libkern/c++/OSUnserialize.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace {

constexpr size_t kMaxDepth = 100;

OSSharedPtr<OSObject> Owned(OSObject *object) { return {object, OSNoRetain}; }

// Reads one object. It does not recurse: simulated threads have small stacks.
class XmlReader {
 public:
  explicit XmlReader(absl::string_view text) : text_(text) {}

  // Null with a problem, if there is one.
  OSSharedPtr<OSObject> Read() {
    while (problem_.empty() && result_ == nullptr) Step();
    return problem_.empty() ? result_ : nullptr;
  }
  // With the line it is in.
  std::string problem() const {
    const auto lines = std::count(text_.begin(), text_.begin() + static_cast<ptrdiff_t>(at_), '\n');
    return absl::StrCat("OSUnserializeXML: line ", lines + 1, ": ", problem_);
  }

 private:
  struct Tag {
    absl::string_view name;
    absl::string_view attributes;
    bool closes;
    bool empty;
  };
  // A collection that is being read.
  struct Open {
    absl::string_view name;
    OSSharedPtr<OSCollection> collection;
    std::string id;
    std::string key;  // that waits for its value
    bool has_key = false;
  };

  void Fail(absl::string_view problem) { problem_ = std::string(problem); }

  // The next tag that means anything.
  bool NextTag(Tag *tag) {
    for (;;) {
      while (at_ < text_.size() && absl::ascii_isspace(static_cast<unsigned char>(text_[at_]))) {
        ++at_;
      }
      const absl::string_view rest = text_.substr(at_);
      if (rest.empty() || rest[0] == '\0') return Fail("it ends too early"), false;
      if (rest[0] != '<') return Fail("text where a tag should be"), false;
      const absl::string_view end = absl::StartsWith(rest, "<!--") ? "-->" : ">";
      const size_t length = rest.find(end);
      if (length == rest.npos) return Fail("a tag does not end"), false;
      absl::string_view inside = rest.substr(1, length - 1);
      at_ += length + end.size();
      if (absl::StartsWith(inside, "!") || absl::StartsWith(inside, "?")) continue;
      tag->closes = absl::ConsumePrefix(&inside, "/");
      tag->empty = absl::ConsumeSuffix(&inside, "/");
      tag->name = inside.substr(0, inside.find_first_of(" \t\r\n"));
      tag->attributes = inside.substr(tag->name.size());
      if (tag->name != "plist") return true;
    }
  }

  // The value of an attribute; empty without.
  static std::string Attribute(const Tag &tag, absl::string_view name) {
    const std::string begin = absl::StrCat(" ", name, "=\"");
    size_t at = tag.attributes.find(begin);
    if (at == absl::string_view::npos) return "";
    at += begin.size();
    return std::string(tag.attributes.substr(at, tag.attributes.find('"', at) - at));
  }

  // The text up to the tag that closes `tag`.
  bool Text(const Tag &tag, std::string *text) {
    text->clear();
    if (tag.empty) return true;
    const std::string end = absl::StrCat("</", tag.name, ">");
    const size_t length = text_.substr(at_).find(end);
    if (length == absl::string_view::npos) {
      return Fail(absl::StrCat("<", tag.name, "> is not closed")), false;
    }
    absl::string_view raw = text_.substr(at_, length);
    if (absl::StrContains(raw, '<')) {
      return Fail(absl::StrCat("a tag in <", tag.name, ">")), false;
    }
    while (!raw.empty()) {
      const size_t plain = std::min(raw.find('&'), raw.size());
      text->append(raw.data(), plain);
      raw.remove_prefix(plain);
      if (raw.empty()) break;
      if (absl::ConsumePrefix(&raw, "&lt;")) {
        *text += '<';
      } else if (absl::ConsumePrefix(&raw, "&gt;")) {
        *text += '>';
      } else if (absl::ConsumePrefix(&raw, "&amp;")) {
        *text += '&';
      } else {
        return Fail("an unknown entity"), false;
      }
    }
    at_ += length + end.size();
    return true;
  }

  void Step() {
    Tag tag;
    if (!NextTag(&tag)) return;
    const bool collects = tag.name == "dict" || tag.name == "array" || tag.name == "set";
    if (tag.closes) {
      if (open_.empty() || open_.back().name != tag.name) {
        return Fail(
            absl::StrCat("</", tag.name, "> closes ",
                         open_.empty() ? "nothing" : absl::StrCat("<", open_.back().name, ">")));
      }
      if (open_.back().has_key) return Fail("a key without a value");
      Open done = std::move(open_.back());
      open_.pop_back();
      Finish(done.collection, done.id);
    } else if (collects) {
      if (open_.size() == kMaxDepth) return Fail("nested too deeply");
      OSSharedPtr<OSCollection> collection;
      if (tag.name == "dict") collection.reset(OSDictionary::withCapacity(4), OSNoRetain);
      if (tag.name == "array") collection.reset(OSArray::withCapacity(4), OSNoRetain);
      if (tag.name == "set") collection.reset(OSSet::withCapacity(4), OSNoRetain);
      if (tag.empty) return Finish(collection, Attribute(tag, "ID"));
      open_.push_back({tag.name, collection, Attribute(tag, "ID"), "", false});
    } else if (tag.name == "key") {
      if (open_.empty() || open_.back().name != "dict" || open_.back().has_key) {
        return Fail("a key where a value should be");
      }
      std::string key;
      if (!Text(tag, &key)) return;
      open_.back().key = key;
      open_.back().has_key = true;
    } else if (tag.name == "reference") {
      const std::string id = Attribute(tag, "IDREF");
      const auto known = known_.find(id);
      if (known != known_.end()) return Finish(OSSharedPtr<OSObject>(known->second), "");
      for (const Open &outer : open_) {
        if (outer.id == id) return Fail("a reference to a collection that it is part of");
      }
      Fail("a reference to nothing");
    } else {
      Scalar(tag);
    }
  }

  void Scalar(const Tag &tag) {
    std::string text;
    if (!Text(tag, &text)) return;
    OSSharedPtr<OSObject> object;
    if (tag.name == "true" || tag.name == "false") {
      object = Owned(OSBoolean::withBoolean(tag.name == "true"));
    } else if (tag.name == "string") {
      object = Owned(OSString::withCString(text.c_str()));
    } else if (tag.name == "integer") {
      object = Owned(Number(text, Attribute(tag, "size")));
    } else if (tag.name == "data") {
      std::string bytes;
      const bool hex = Attribute(tag, "format") == "hex";
      if (hex) {
        text.erase(std::remove_if(text.begin(), text.end(), absl::ascii_isspace), text.end());
        if (text.size() % 2 == 0 && std::all_of(text.begin(), text.end(), absl::ascii_isxdigit)) {
          bytes = absl::HexStringToBytes(text);
        } else {
          return Fail("data that is not hexadecimal");
        }
      } else if (!absl::Base64Unescape(text, &bytes)) {
        return Fail("data that is not base64");
      }
      object = Owned(OSData::withBytes(bytes.data(), static_cast<unsigned>(bytes.size())));
    } else {
      return Fail(absl::StrCat("<", tag.name, "> is no object"));
    }
    if (object == nullptr) return Fail(absl::StrCat("a malformed ", tag.name));
    Finish(object, Attribute(tag, "ID"));
  }

  // Null if it is malformed.
  static OSNumber *Number(absl::string_view text, const std::string &size) {
    uint32_t bits = 64;
    if (!size.empty() && (!absl::SimpleAtoi(size, &bits) || bits > 64)) return nullptr;
    text = absl::StripAsciiWhitespace(text);
    const bool negative = absl::ConsumePrefix(&text, "-");
    uint64_t value;
    const bool ok = absl::StartsWith(text, "0x") ? absl::SimpleHexAtoi(text, &value)
                                                 : absl::SimpleAtoi(text, &value);
    return ok ? OSNumber::withNumber(negative ? -value : value, bits) : nullptr;
  }

  // The object is complete: into what is around it, or it is the result.
  void Finish(const OSSharedPtr<OSObject> &object, const std::string &id) {
    if (!id.empty()) known_[id] = object;
    if (open_.empty()) {
      result_ = object;
      return;
    }
    Open &outer = open_.back();
    if (auto *dictionary = OSDynamicCast(OSDictionary, outer.collection.get())) {
      if (!outer.has_key) return Fail("a value without a key");
      outer.has_key = false;
      dictionary->setObject(outer.key.c_str(), object.get());
    } else if (auto *array = OSDynamicCast(OSArray, outer.collection.get())) {
      array->setObject(object.get());
    } else {
      static_cast<OSSet *>(outer.collection.get())->setObject(object.get());
    }
  }

  const absl::string_view text_;
  size_t at_ = 0;
  std::vector<Open> open_;
  std::map<std::string, OSSharedPtr<OSObject>> known_;  // by ID
  OSSharedPtr<OSObject> result_;
  std::string problem_;
};

}  // namespace

OSPtr<OSObject> OSUnserializeXML(const char *buffer, size_t bufferSize, OSString **errorString) {
  XmlReader reader(absl::string_view(buffer, bufferSize));
  OSSharedPtr<OSObject> object = reader.Read();
  if (errorString != nullptr) {
    *errorString = object == nullptr ? OSString::withCString(reader.problem().c_str()) : nullptr;
  }
  return object.detach();
}

OSPtr<OSObject> OSUnserializeXML(const char *buffer, OSString **errorString) {
  return OSUnserializeXML(buffer, std::strlen(buffer), errorString);
}
