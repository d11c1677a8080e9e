// The text format, and its parser's messages put into our form.
#include "scenario/reader/text.h"

#include <utf8.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

namespace drydock::reader {
namespace {

// Keeps the first error.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    if (!found_) problem_ = {{std::max(line, 0), std::max(column, 0)}, message};
    found_ = true;
  }
  bool found() const { return found_; }
  const Problem& problem() const { return problem_; }

 private:
  bool found_ = false;
  Problem problem_;
};

// The parser's message as one line, with the names of the allowed fields after an unknown one.
std::string Explain(absl::string_view message) {
  constexpr absl::string_view kType = "Message type \"";
  constexpr absl::string_view kNoField = "\" has no field named \"";
  const size_t split = message.find(kNoField);
  if (absl::StartsWith(message, kType) && split != absl::string_view::npos) {
    const std::string type(message.substr(kType.size(), split - kType.size()));
    absl::string_view field = message.substr(split + kNoField.size());
    field = field.substr(0, field.find('"'));
    const auto* descriptor =
        google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(type);
    if (descriptor != nullptr) {
      std::vector<std::string> names;
      for (int i = 0; i < descriptor->field_count(); ++i) {
        names.push_back(descriptor->field(i)->name());
      }
      return absl::StrCat("unknown field ", field, "; allowed here are ",
                          absl::StrJoin(names, ", "));
    }
  }
  std::string text = absl::StrReplaceAll(absl::StripSuffix(message, "."), {{"\n", " "}});
  if (!text.empty()) text[0] = absl::ascii_tolower(static_cast<unsigned char>(text[0]));
  return text;
}

}  // namespace

absl::optional<Problem> ParseText(absl::string_view text, ScenarioProto* proto, Tree* tree) {
  const auto* const invalid = utf8::find_invalid(text.begin(), text.end());
  const absl::string_view sound = text.substr(0, static_cast<size_t>(invalid - text.begin()));
  if (sound.size() < text.size()) {
    const auto line = static_cast<int>(std::count(sound.begin(), sound.end(), '\n'));
    const auto column = static_cast<int>(sound.size() - (sound.rfind('\n') + 1));
    return Problem{{line, column}, "this byte is not UTF-8; allowed is UTF-8 text"};
  }
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  parser.WriteLocationsTo(tree);
  if (!parser.ParseFromString(std::string(text), proto) || error.found()) {
    return Problem{error.problem().location, Explain(error.problem().text)};
  }
  return absl::nullopt;
}

}  // namespace drydock::reader
