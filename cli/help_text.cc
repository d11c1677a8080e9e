// The help of a command, made from what it declares.
#include "cli/help_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "cli/command_tree.h"

namespace drydock::cli {
namespace {

constexpr size_t kColumns = 80;

// `text` in lines that begin at column `indent`; the first one goes after `head`.
std::string Wrap(const std::string& head, size_t indent, absl::string_view text) {
  std::string out;
  std::string line = head;
  const auto end_line = [&] {
    absl::StrAppend(&out, line, "\n");
    line.clear();
  };
  if (line.size() + 1 > indent && !line.empty()) end_line();
  for (const absl::string_view paragraph : absl::StrSplit(text, '\n')) {
    for (const absl::string_view word : absl::StrSplit(paragraph, ' ')) {
      if (line.size() > indent && line.size() + 1 + word.size() > kColumns) end_line();
      if (line.size() <= indent) {
        line.resize(indent, ' ');
      } else {
        line += ' ';
      }
      absl::StrAppend(&line, word);
    }
    end_line();
  }
  return out;
}

}  // namespace

std::string HelpText(const CLI::App& app) {
  constexpr size_t kIndent = 20;
  std::string out = Wrap("", 0, absl::StrCat("Usage: ", Usage(app)));
  absl::StrAppend(
      &out, "\n",
      Wrap("", 0,
           absl::StrCat("drydock ", app.get_parent() == nullptr ? "" : app.get_name() + " ",
                        Summary(app), ".")));
  for (const std::string& paragraph : Details(app)) {
    absl::StrAppend(&out, "\n", Wrap("", 0, paragraph));
  }
  if (!Subcommands(app).empty()) absl::StrAppend(&out, "\nCommands:\n");
  for (const CLI::App* command : Subcommands(app)) {
    absl::StrAppend(&out, Wrap("  " + command->get_name(), kIndent, Summary(*command)));
  }
  absl::StrAppend(&out, "\nOptions:\n");
  for (const CLI::Option* option : OptionsOf(app)) {
    absl::StrAppend(&out, Wrap("  " + Heading(*option), kIndent, Description(*option)));
  }
  if (!app.get_footer().empty()) absl::StrAppend(&out, "\n", Wrap("", 0, app.get_footer()));
  return out;
}

}  // namespace drydock::cli
