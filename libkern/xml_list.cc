// Reads property lists in XML: expat splits the text, and what it reports is checked against the
// grammar of property lists and handed to a builder.
#include "libkern/xml_list.h"

#include <expat.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libkern/list_limits.h"

namespace drydock {
namespace {

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};

struct Position {
  size_t line = 1;
  size_t column = 1;
};

// One document.
class XmlReader {
 public:
  XmlReader(XmlListForm form, ListBuilder* builder)
      : form_(form), builder_(*builder), parser_(XML_ParserCreate(nullptr)) {
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(
        parser_.get(),
        [](void* self, const char* name, const char** attributes) {
          static_cast<XmlReader*>(self)->Start(name, attributes);
        },
        [](void* self, const char*) { static_cast<XmlReader*>(self)->End(); });
    XML_SetCharacterDataHandler(parser_.get(), [](void* self, const char* text, int size) {
      static_cast<XmlReader*>(self)->Text({text, static_cast<size_t>(size)});
    });
    // An entity that is never declared can neither grow without bounds nor read a file.
    XML_SetEntityDeclHandler(parser_.get(), [](void* self, const char*, int, const char*, int,
                                               const char*, const char*, const char*, const char*) {
      static_cast<XmlReader*>(self)->Fail("an entity is declared");
    });
    // Called instead of an error where a DTD, which is not read, could declare the entity.
    XML_SetSkippedEntityHandler(parser_.get(), [](void* self, const char* name, int) {
      static_cast<XmlReader*>(self)->Fail(absl::StrCat("undefined entity ", name));
    });
    // Any number but 0, for which expat takes one at random from the host.
    XML_SetHashSalt(parser_.get(), 1);
  }

  absl::Status Read(absl::string_view xml) {
    // expat counts in int.
    const size_t size = std::min<size_t>(xml.size(), std::numeric_limits<int>::max());
    const bool parsed =
        XML_Parse(parser_.get(), xml.data(), static_cast<int>(size), XML_TRUE) == XML_STATUS_OK;
    if (problem_.empty() && !parsed && !done_) {
      const XML_Error error = XML_GetErrorCode(parser_.get());
      if (error == XML_ERROR_NO_ELEMENTS && !open_.empty()) {
        Fail(absl::StrCat("<", open_.back().name, "> is not closed"), open_.back().position);
      } else if (error == XML_ERROR_TAG_MISMATCH) {
        Fail(absl::StrCat("another tag closes <", open_.back().name, "> of line ",
                          open_.back().position.line));
      } else {
        Fail(XML_ErrorString(error));
      }
    }
    if (problem_.empty() && !has_value_) Fail("no value");
    if (problem_.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(position_.line, ":", position_.column, ": ", problem_));
  }

 private:
  // An element that is being read.
  struct Open {
    std::string name;
    Position position;
    std::string id;
    std::string detail;     // size of an integer, format of data, id that a reference means
    bool collects = false;  // plist, dict, array, set
    bool has_key = false;   // of a dict: a key that waits for its value
  };

  Position Here() const {
    return {XML_GetCurrentLineNumber(parser_.get()), XML_GetCurrentColumnNumber(parser_.get()) + 1};
  }
  // The first problem counts. expat may still make a few calls after it was stopped.
  void Fail(absl::string_view problem, Position position) {
    if (stopped()) return;
    problem_ = std::string(problem);
    position_ = position;
    XML_StopParser(parser_.get(), XML_FALSE);
  }
  void Fail(absl::string_view problem) { Fail(problem, Here()); }
  bool stopped() const { return done_ || !problem_.empty(); }

  void Start(absl::string_view name, const char** attributes) {
    if (stopped()) return;
    if (!open_.empty() && !open_.back().collects) {
      return Fail(absl::StrCat("a tag in <", open_.back().name, ">"));
    }
    Open element;
    element.name = std::string(name);
    element.position = Here();
    if (name == "plist") {
      if (!open_.empty()) return Fail("<plist> inside");
      element.collects = true;
      open_.push_back(std::move(element));
      return;
    }
    const bool serialized = form_ == XmlListForm::kSerialized;
    const absl::string_view detail = name == "integer"     ? "size"
                                     : name == "data"      ? "format"
                                     : name == "reference" ? "IDREF"
                                                           : "";
    for (; serialized && *attributes != nullptr; attributes += 2) {
      if (absl::string_view("ID") == attributes[0]) element.id = attributes[1];
      if (detail == attributes[0]) element.detail = attributes[1];
    }
    if (name == "key") {
      if (!in_dictionary() || open_.back().has_key) return Fail("a key where a value should be");
    } else if (in_dictionary() && !open_.back().has_key) {
      return Fail("a value without a key");
    } else if (has_value_ && depth_ == 0) {
      return Fail("a second value");
    }
    if (name == "dict" || name == "array" || (serialized && name == "set")) {
      if (depth_ == kMaxListDepth) return Fail("nested too deeply");
      ++depth_;
      element.collects = true;
      builder_.Begin(name == "dict"    ? ListBuilder::Collection::kDictionary
                     : name == "array" ? ListBuilder::Collection::kArray
                                       : ListBuilder::Collection::kSet,
                     4, element.id);
    } else if (name == "real" || name == "date") {
      return Fail(
          absl::StrCat("a ", name == "real" ? "real number" : name, " has no kernel object"));
    } else if (name != "key" && name != "string" && name != "data" && name != "integer" &&
               name != "true" && name != "false" && !(serialized && name == "reference")) {
      return Fail(absl::StrCat("<", name, "> is no object"));
    }
    text_.clear();
    open_.push_back(std::move(element));
  }

  void Text(absl::string_view text) {
    if (stopped()) return;
    if (!open_.empty() && !open_.back().collects) {
      text_.append(text.data(), text.size());
    } else if (!std::all_of(text.begin(), text.end(), absl::ascii_isspace)) {
      Fail("text where a tag should be");
    }
  }

  void End() {
    if (stopped()) return;
    if (open_.back().has_key) return Fail("a key without a value");
    const Open element = std::move(open_.back());
    open_.pop_back();
    if (element.name == "plist") return;
    if (element.name == "key") {
      if (text_.size() > kMaxListText) return Fail(kLongText, element.position);
      builder_.Key(text_);
      open_.back().has_key = true;
      return;
    }
    if (element.collects) {
      --depth_;
      builder_.End();
    } else if (const std::string problem = Scalar(element); !problem.empty()) {
      return Fail(problem, element.position);
    }
    if (!open_.empty()) open_.back().has_key = false;
    if (depth_ > 0) return;
    has_value_ = true;
    if (form_ != XmlListForm::kSerialized) return;
    done_ = true;
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  // Hands a value that is no collection to the builder. What is wrong with it, or nothing.
  std::string Scalar(const Open& element) {
    if (element.name == "true" || element.name == "false") {
      builder_.Boolean(element.name == "true");
    } else if (element.name == "string") {
      if (text_.size() > kMaxListText) return kLongText;
      builder_.String(text_, element.id);
    } else if (element.name == "integer") {
      uint32_t bits = 64;
      uint64_t value;
      if ((!element.detail.empty() && !absl::SimpleAtoi(element.detail, &bits)) || bits < 1 ||
          bits > 64 || !ParseInteger(text_, &value)) {
        return "a malformed integer";
      }
      builder_.Integer(value, bits, element.id);
    } else if (element.name == "data") {
      std::string bytes;
      if (element.detail == "hex") {
        text_.erase(std::remove_if(text_.begin(), text_.end(), absl::ascii_isspace), text_.end());
        if (text_.size() % 2 != 0 ||
            !std::all_of(text_.begin(), text_.end(), absl::ascii_isxdigit)) {
          return "data that is not hexadecimal";
        }
        bytes = absl::HexStringToBytes(text_);
      } else if (!absl::Base64Unescape(text_, &bytes)) {
        return "data that is not base64";
      }
      builder_.Data(bytes, element.id);
    } else if (const char* problem = builder_.Reference(element.detail)) {
      return problem;
    }
    return "";
  }

  static bool ParseInteger(absl::string_view text, uint64_t* value) {
    text = absl::StripAsciiWhitespace(text);
    const bool negative = absl::ConsumePrefix(&text, "-");
    const bool ok = absl::StartsWith(text, "0x") ? absl::SimpleHexAtoi(text, value)
                                                 : absl::SimpleAtoi(text, value);
    if (negative) *value = -*value;
    return ok;
  }

  bool in_dictionary() const { return !open_.empty() && open_.back().name == "dict"; }

  static constexpr char kLongText[] = "a string is longer than 262142 bytes";

  const XmlListForm form_;
  ListBuilder& builder_;
  const std::unique_ptr<std::remove_pointer_t<XML_Parser>, FreeParser> parser_;
  std::vector<Open> open_;
  size_t depth_ = 0;  // collections among them
  std::string text_;  // of the innermost element, which is no collection
  bool has_value_ = false;
  bool done_ = false;  // the rest of the text is not looked at
  std::string problem_;
  Position position_;
};

}  // namespace

absl::Status ReadXmlList(absl::string_view xml, XmlListForm form, ListBuilder* builder) {
  return XmlReader(form, builder).Read(xml);
}

}  // namespace drydock
