// drydock help: the help of the program or of one command.
#include "absl/strings/str_join.h"
#include "cli/command.h"
#include "cli/command_tree.h"
#include "cli/help_text.h"
#include "cli/options.h"

namespace drydock::cli {
namespace {

class Help final : public Command {
 public:
  explicit Help(CLI::App* program)
      : Command(program, "help", "prints what drydock, or one of its commands, does",
                "Without COMMAND, lists the commands.", kPlainExitCodes),
        program_(*program) {
    app()->add_option("COMMAND", name_, "a command")->type_name_fn([program] {
      return absl::StrJoin(CommandNames(*program), "|");
    });
  }

  int Run(Console* console) override {
    if (name_.empty()) {
      console->out << HelpText(program_);
      return kHeld;
    }
    for (const CLI::App* command : Subcommands(program_)) {
      if (command->get_name() != name_) continue;
      console->out << HelpText(*command);
      return kHeld;
    }
    return BadInput(UnknownName("command", name_, CommandNames(program_)), console);
  }

 private:
  const CLI::App& program_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Command> AddHelp(CLI::App* program) { return std::make_unique<Help>(program); }

}  // namespace drydock::cli
