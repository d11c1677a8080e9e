#include "cli/arguments.h"

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace drydock::cli {

absl::Status Arguments::Parse(absl::Span<const std::string> arguments,
                              const std::vector<Option>& options, std::string* file) {
  file->clear();
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (!absl::StartsWith(argument, "--")) {
      if (!file->empty()) {
        return absl::InvalidArgumentError(
            absl::StrCat("a second file, ", argument, "; allowed is one"));
      }
      *file = argument;
      continue;
    }
    const size_t equals = argument.find('=');
    const std::string name = argument.substr(2, equals == std::string::npos ? equals : equals - 2);
    const Option* option = nullptr;
    std::vector<std::string> names;
    for (const Option& known : options) {
      if (name == known.name) option = &known;
      names.push_back(absl::StrCat("--", known.name));
    }
    if (option == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("unknown option --", name, "; allowed is ", absl::StrJoin(names, ", ")));
    }
    if (equals != std::string::npos) {
      *option->value = argument.substr(equals + 1);
    } else if (i + 1 < arguments.size()) {
      *option->value = arguments[++i];
    } else {
      return absl::InvalidArgumentError(absl::StrCat("--", name, " needs a value"));
    }
  }
  if (file->empty()) return absl::InvalidArgumentError("no FILE is given; it needs a scenario");
  return absl::OkStatus();
}

absl::Status ParseFormat(const absl::optional<std::string>& text, bool* json) {
  *json = text == "json";
  if (!text.has_value() || *json || text == "text") return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--format is \"", *text, "\"; allowed is text or json"));
}

absl::Status ParseNumber(absl::string_view name, const absl::optional<std::string>& text,
                         uint64_t least, uint64_t* number) {
  if (!text.has_value()) return absl::OkStatus();
  if (absl::SimpleAtoi(*text, number) && *number >= least) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", name, " is \"", *text, "\"; allowed is a whole number from ", least));
}

std::string ResolvePath(const std::string& path) {
  const char* directory = std::getenv("BUILD_WORKING_DIRECTORY");
  if (directory == nullptr || absl::StartsWith(path, "/")) return path;
  return absl::StrCat(directory, "/", path);
}

}  // namespace drydock::cli
