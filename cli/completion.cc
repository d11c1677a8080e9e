// drydock completion: a script that makes a shell complete drydock's command lines.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/command.h"
#include "cli/command_tree.h"
#include "cli/options.h"

namespace drydock::cli {
namespace {

// Prints the words of one kind, for each command, as a branch of a `case`.
void WriteBranch(const std::string& pattern, const std::vector<std::string>& words,
                 std::ostream& out) {
  out << "    " << pattern << ") words='" << absl::StrJoin(words, " ") << "' ;;\n";
}

// What may follow `option` of `command`: one of its choices; otherwise a file, where one is asked
// for; otherwise nothing can be offered.
void WriteValues(const std::string& command, const CLI::Option& option, std::ostream& out) {
  if (!TakesValue(option) || option.get_positional()) return;
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  for (std::string& name : names) name = absl::StrCat("'", command, " ", name, "'");
  const std::string pattern = absl::StrJoin(names, " | ");
  if (option.get_type_name() == "FILE") {
    out << "    " << pattern << ") files=1 ;;\n";
  } else {
    WriteBranch(pattern, Choices(option), out);
  }
}

void WriteBash(const CLI::App& program, std::ostream& out) {
  out << "# Completion of drydock for bash, by `drydock completion bash`:\n"
         "#   source <(drydock completion bash)\n"
         "_drydock() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
         "  local command= words= files= i\n"
         "  COMPREPLY=()\n"
         // `=` is a word of its own for readline.
         "  if [[ $current == '=' ]]; then\n"
         "    current=\n"
         "  elif [[ $previous == '=' ]] && ((COMP_CWORD > 2)); then\n"
         "    previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
         "  fi\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    if [[ ${COMP_WORDS[i]} != -* ]]; then\n"
         "      command=${COMP_WORDS[i]}\n"
         "      break\n"
         "    fi\n"
         "  done\n"
         "  if [[ -z $command ]]; then\n"
         "    words='"
      << absl::StrJoin(CommandNames(program), " ") << " "
      << absl::StrJoin(OptionNames(program), " ")
      << "'\n"
         "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "    return\n"
         "  fi\n"
         "  case \"$command $previous\" in\n";
  for (const CLI::App* command : Subcommands(program)) {
    for (const CLI::Option* option : OptionsOf(*command)) {
      WriteValues(command->get_name(), *option, out);
    }
  }
  out << "    *)\n"
         "      if [[ $current == -* ]]; then\n"
         "        case $command in\n";
  for (const CLI::App* command : Subcommands(program)) {
    out << "      ";
    WriteBranch(command->get_name(), OptionNames(*command), out);
  }
  out << "        esac\n"
         "      else\n"
         "        case $command in\n";
  for (const CLI::App* command : Subcommands(program)) {
    for (const CLI::Option* option : OptionsOf(*command)) {
      if (!option->get_positional()) continue;
      if (option->get_type_name() == "FILE") {
        out << "          " << command->get_name() << ") files=1 ;;\n";
      } else {
        out << "      ";
        WriteBranch(command->get_name(), Choices(*option), out);
      }
      break;
    }
  }
  out << "        esac\n"
         "      fi\n"
         "      ;;\n"
         "  esac\n"
         "  if [[ -n $files ]]; then\n"
         "    compopt -o filenames 2>/dev/null\n"
         "    mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
         "    return\n"
         "  fi\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         // "sampled:" goes on with a number.
         "  [[ ${COMPREPLY[*]} != *: ]] || compopt -o nospace 2>/dev/null\n"
         "}\n"
         "complete -F _drydock drydock\n";
}

class Completion final : public Command {
 public:
  explicit Completion(CLI::App* program)
      : Command(
            program, "completion", "prints a script for completion in a shell",
            "Type `source <(drydock completion bash)` in bash, or put the output into a file in "
            "/etc/bash_completion.d or ~/.local/share/bash-completion/completions.",
            kPlainExitCodes),
        program_(*program) {
    AddChoice(app(), "SHELL", "the shell, bash", {"bash"}, &shell_)->required();
  }

  int Run(Console* console) override {
    WriteBash(program_, console->out);
    return kHeld;
  }

 private:
  const CLI::App& program_;
  std::string shell_;
};

}  // namespace

std::unique_ptr<Command> AddCompletion(CLI::App* program) {
  return std::make_unique<Completion>(program);
}

}  // namespace drydock::cli
