// drydock man: the manual page, in man(7) macros.
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "cli/command.h"
#include "cli/command_tree.h"

namespace drydock::cli {
namespace {

// `text` so that roff prints it as it is.
std::string Escaped(absl::string_view text) {
  std::string escaped = absl::StrReplaceAll(text, {{"\\", "\\e"}, {"-", "\\-"}, {"…", "\\&..."}});
  // A line must not begin like a request.
  if (absl::StartsWith(escaped, ".") || absl::StartsWith(escaped, "'")) escaped.insert(0, "\\&");
  return escaped;
}

void WriteOption(const CLI::Option& option, std::ostream& out) {
  out << ".TP\n.B " << Escaped(Heading(option)) << "\n";
  const char* separator = "";
  for (const absl::string_view line : absl::StrSplit(Description(option), '\n')) {
    out << separator << Escaped(line) << "\n";
    separator = ".br\n";
  }
}

void WritePage(const CLI::App& program, std::ostream& out) {
  out << ".TH DRYDOCK 1 \"\" \"" << program.version() << "\" \"User Commands\"\n"
      << ".SH NAME\ndrydock \\- " << Escaped(Summary(program)) << "\n"
      << ".SH SYNOPSIS\n";
  const char* separator = "";
  for (const CLI::App* command : Subcommands(program)) {
    out << separator << ".B " << Escaped(Usage(*command)) << "\n";
    separator = ".br\n";
  }
  out << ".SH OPTIONS\n";
  for (const CLI::Option* option : OptionsOf(program)) WriteOption(*option, out);
  out << ".SH COMMANDS\n";
  for (const CLI::App* command : Subcommands(program)) {
    out << ".SS " << Escaped(Usage(*command)) << "\n" << Escaped(Summary(*command)) << ".\n";
    for (const std::string& paragraph : Details(*command)) {
      out << ".PP\n" << Escaped(paragraph) << "\n";
    }
    for (const CLI::Option* option : OptionsOf(*command)) WriteOption(*option, out);
    out << ".PP\n" << Escaped(command->get_footer()) << "\n";
  }
}

class Man final : public Command {
 public:
  explicit Man(CLI::App* program)
      : Command(program, "man", "prints the manual page",
                "Type `drydock man | man -l -` to read it.", kPlainExitCodes),
        program_(*program) {}

  int Run(Console* console) override {
    WritePage(program_, console->out);
    return kHeld;
  }

 private:
  const CLI::App& program_;
};

}  // namespace

std::unique_ptr<Command> AddMan(CLI::App* program) { return std::make_unique<Man>(program); }

}  // namespace drydock::cli
