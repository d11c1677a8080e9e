// The options that several commands have, and the kinds of values options take.
#include "cli/options.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "scenario/duration.h"

namespace drydock::cli {
namespace {

// How many characters must be inserted, deleted or replaced to make `a` of `b` (Levenshtein).
size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

// A number option's reader.
template <typename Number>
std::function<absl::Status(const std::string&)> NumberReader(std::string name, uint64_t least,
                                                             Number* number) {
  return [name = std::move(name), least, number](const std::string& text) {
    uint64_t value;
    if (!absl::SimpleAtoi(text, &value) || value < least) {
      return absl::InvalidArgumentError(absl::StrCat(name, " is \"", text,
                                                     "\"; allowed is a whole number from ", least,
                                                     " to ", ~uint64_t{0}));
    }
    *number = value;
    return absl::OkStatus();
  };
}

}  // namespace

CLI::Option* AddValue(CLI::App* app, const char* name, const std::string& placeholder,
                      const std::string& help,
                      std::function<absl::Status(const std::string&)> read) {
  return app
      ->add_option_function<std::string>(
          name,
          [read = std::move(read)](const std::string& text) {
            const absl::Status status = read(text);
            if (!status.ok()) throw CLI::ValidationError(std::string(status.message()));
          },
          help)
      ->type_name(placeholder);
}

CLI::Option* AddText(CLI::App* app, const char* name, const char* placeholder,
                     const std::string& help, absl::optional<std::string>* text) {
  return AddValue(app, name, placeholder, help, [text](const std::string& value) {
    *text = value;
    return absl::OkStatus();
  });
}

CLI::Option* AddNumber(CLI::App* app, const char* name, const std::string& help, uint64_t least,
                       uint64_t* number) {
  return AddValue(app, name, "N", help, NumberReader(name, least, number))
      ->default_str(absl::StrCat(*number));
}

CLI::Option* AddNumber(CLI::App* app, const char* name, const std::string& help, uint64_t least,
                       absl::optional<uint64_t>* number) {
  return AddValue(app, name, "N", help, NumberReader(name, least, number));
}

CLI::Option* AddChoice(CLI::App* app, const char* name, const std::string& help,
                       const std::vector<std::string>& choices, std::string* choice) {
  return AddValue(app, name, absl::StrJoin(choices, "|"), help,
                  [name, choices, choice](const std::string& text) {
                    *choice = text;
                    if (std::find(choices.begin(), choices.end(), text) != choices.end()) {
                      return absl::OkStatus();
                    }
                    return absl::InvalidArgumentError(absl::StrCat(
                        name, " is \"", text, "\"; allowed is ", absl::StrJoin(choices, " or ")));
                  })
      ->default_str(*choice);
}

CLI::Option* AddFlag(CLI::App* app, const char* name, const std::string& help, bool* given) {
  return app->add_flag(name, *given, help)->disable_flag_override();
}

CLI::Option* AddScenarioFile(CLI::App* app, std::string* file) {
  return app
      ->add_option("FILE", *file, "a scenario, in protobuf text format (scenario/scenario.proto)")
      ->type_name("FILE")
      ->required();
}

CLI::Option* AddFormat(CLI::App* app, bool* json) {
  return AddValue(app, "--format", "text|json", "text for people or one JSON document",
                  [json](const std::string& text) {
                    *json = text == "json";
                    if (*json || text == "text") return absl::OkStatus();
                    return absl::InvalidArgumentError(
                        absl::StrCat("--format is \"", text, "\"; allowed is text or json"));
                  })
      ->default_str("text");
}

CLI::Option* AddSeed(CLI::App* app, absl::optional<uint64_t>* seed) {
  return AddNumber(app, "--seed",
                   "runs the random walk of that seed, the same for the same N; without it, the "
                   "timed schedule, in which no CPU is ever delayed",
                   0, seed);
}

CLI::Option* AddMoment(CLI::App* app, const std::string& help, absl::optional<Moment>* moment) {
  return AddValue(app, "--at", "TIME", help, [moment](const std::string& text) {
    const absl::StatusOr<kernel::Time> time = ParseDuration(text);
    if (!time.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--at \"", text, "\" ", time.status().message()));
    }
    *moment = Moment{text, *time};
    return absl::OkStatus();
  });
}

std::string UnknownName(absl::string_view kind, const std::string& given,
                        const std::vector<std::string>& allowed) {
  std::string line = absl::StrCat("unknown ", kind, " ", given);
  const auto nearest =
      std::min_element(allowed.begin(), allowed.end(), [&](const auto& a, const auto& b) {
        return EditDistance(given, a) < EditDistance(given, b);
      });
  if (nearest != allowed.end() && EditDistance(given, *nearest) <= given.size() / 3) {
    absl::StrAppend(&line, "; nearest is ", *nearest);
  }
  return absl::StrCat(line, "; allowed is ", absl::StrJoin(allowed, ", "));
}

std::string ResolvePath(const std::string& path) {
  const char* directory = std::getenv("BUILD_WORKING_DIRECTORY");
  if (directory == nullptr || absl::StartsWith(path, "/")) return path;
  return absl::StrCat(directory, "/", path);
}

}  // namespace drydock::cli
