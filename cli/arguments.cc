#include "cli/arguments.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace drydock::cli {

std::string Arguments::Spelled(absl::string_view name) {
  return absl::StrCat(name.size() == 1 ? "-" : "--", name);
}

absl::Status Arguments::Unknown(absl::string_view option, const std::vector<Option>& options) {
  std::vector<std::string> names;
  for (const Option& known : options) names.push_back(Spelled(known.name));
  return absl::InvalidArgumentError(
      absl::StrCat("unknown option ", option, "; allowed is ", absl::StrJoin(names, ", ")));
}

absl::Status Arguments::Parse(absl::Span<const std::string> arguments,
                              const std::vector<Option>& options, std::string* file) {
  std::vector<std::string> files;
  if (const absl::Status status = Parse(arguments, options, &files); !status.ok()) return status;
  if (files.empty()) return absl::InvalidArgumentError("no FILE is given; it needs a scenario");
  if (files.size() > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("a second file, ", files[1], "; allowed is one"));
  }
  *file = files.front();
  return absl::OkStatus();
}

absl::Status Arguments::Parse(absl::Span<const std::string> arguments,
                              const std::vector<Option>& options, std::vector<std::string>* files) {
  files->clear();
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (!absl::StartsWith(argument, "-")) {
      files->push_back(argument);
      continue;
    }
    // The names in this argument: one, or several of a letter each.
    const bool letters = !absl::StartsWith(argument, "--");
    absl::string_view rest = absl::string_view(argument).substr(letters ? 1 : 2);
    do {
      const size_t name_size = letters ? std::min<size_t>(rest.size(), 1) : rest.find('=');
      const absl::string_view name = rest.substr(0, name_size);
      rest.remove_prefix(name.size());
      const auto option = std::find_if(options.begin(), options.end(),
                                       [name](const Option& known) { return name == known.name; });
      if (option == options.end() || letters != (name.size() == 1)) {
        return Unknown(absl::StrCat(letters ? "-" : "--", name), options);
      }
      if (option->given != nullptr) {
        *option->given = true;
        if (letters || rest.empty()) continue;
        return absl::InvalidArgumentError(absl::StrCat(Spelled(name), " takes no value"));
      }
      if (!rest.empty()) {
        *option->value = std::string(letters ? rest : rest.substr(1));
      } else if (i + 1 < arguments.size()) {
        *option->value = arguments[++i];
      } else {
        return absl::InvalidArgumentError(absl::StrCat(Spelled(name), " needs a value"));
      }
      rest = "";
    } while (!rest.empty());
  }
  return absl::OkStatus();
}

absl::Status ParseShard(const absl::optional<std::string>& text, Shard* shard) {
  if (!text.has_value()) return absl::OkStatus();
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(*text, '/');
  uint64_t number = 0;
  if (!absl::SimpleAtoi(parts.first, &number) || number < 1 ||
      !absl::SimpleAtoi(parts.second, &shard->count) || number > shard->count) {
    return absl::InvalidArgumentError(
        absl::StrCat("--shard is \"", *text, "\"; allowed is I/N, from 1/N to N/N"));
  }
  shard->index = number - 1;
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
  return absl::InvalidArgumentError(absl::StrCat(Arguments::Spelled(name), " is \"", *text,
                                                 "\"; allowed is a whole number from ", least));
}

std::string ResolvePath(const std::string& path) {
  const char* directory = std::getenv("BUILD_WORKING_DIRECTORY");
  if (directory == nullptr || absl::StartsWith(path, "/")) return path;
  return absl::StrCat(directory, "/", path);
}

}  // namespace drydock::cli
