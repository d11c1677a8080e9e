// What help, completion and the man page ask of the commands that a CLI::App holds.
#include "cli/command_tree.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace drydock::cli {

std::string Summary(const CLI::App& app) {
  const std::string text = app.get_description();
  return text.substr(0, text.find('\n'));
}

std::vector<std::string> Details(const CLI::App& app) {
  std::vector<std::string> paragraphs = absl::StrSplit(app.get_description(), '\n');
  paragraphs.erase(paragraphs.begin());
  return paragraphs;
}

std::vector<const CLI::App*> Subcommands(const CLI::App& app) { return app.get_subcommands({}); }

std::vector<std::string> CommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : Subcommands(app)) names.push_back(command->get_name());
  return names;
}

std::vector<const CLI::Option*> OptionsOf(const CLI::App& app) {
  std::vector<const CLI::Option*> options = app.get_options();
  // CLI11 keeps --help first.
  const auto rank = [&app](const CLI::Option* option) {
    if (option->get_positional()) return 0;
    return option == app.get_help_ptr() ? 2 : 1;
  };
  std::stable_sort(options.begin(), options.end(),
                   [&rank](const auto* a, const auto* b) { return rank(a) < rank(b); });
  return options;
}

std::vector<std::string> OptionNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : OptionsOf(app)) {
    for (const std::string& name : option->get_snames()) names.push_back(absl::StrCat("-", name));
    for (const std::string& name : option->get_lnames()) names.push_back(absl::StrCat("--", name));
  }
  return names;
}

bool TakesValue(const CLI::Option& option) { return option.get_expected_max() > 0; }

std::string Placeholder(const CLI::Option& option) {
  if (!TakesValue(option) || option.get_positional()) return "";
  return option.get_option_text().empty() ? option.get_type_name() : option.get_option_text();
}

std::vector<std::string> Choices(const CLI::Option& option) {
  const std::string text = option.get_type_name();
  if (std::none_of(text.begin(), text.end(), absl::ascii_islower)) return {};
  std::vector<std::string> choices = absl::StrSplit(text, '|');
  for (std::string& choice : choices) {
    choice = choice.substr(0, choice.find('['));
    if (const size_t colon = choice.find(':'); colon != std::string::npos) choice.resize(colon + 1);
  }
  return choices;
}

std::string Heading(const CLI::Option& option) {
  if (option.get_positional()) {
    const bool many = option.get_expected_max() > 1;
    const std::string name = absl::StrCat(option.get_name(), many ? "..." : "");
    return option.get_required() ? name : absl::StrCat("[", name, "]");
  }
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back(absl::StrCat("-", name));
  for (const std::string& name : option.get_lnames()) names.push_back(absl::StrCat("--", name));
  const std::string placeholder = Placeholder(option);
  return absl::StrCat(absl::StrJoin(names, ", "), placeholder.empty() ? "" : " ", placeholder);
}

std::string Description(const CLI::Option& option) {
  const std::string otherwise = option.get_default_str();
  return absl::StrCat(option.get_description(),
                      otherwise.empty() ? "" : absl::StrCat(" (default ", otherwise, ")"));
}

std::string Usage(const CLI::App& app) {
  std::string usage = app.get_parent() == nullptr ? "drydock COMMAND" : "drydock " + app.get_name();
  for (const CLI::Option* option : OptionsOf(app)) {
    if (option->get_positional() || option->get_required()) {
      absl::StrAppend(&usage, " ", Heading(*option));
    }
  }
  return usage + " [OPTION]...";
}

}  // namespace drydock::cli
