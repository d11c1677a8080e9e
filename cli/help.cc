#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/command.h"

namespace drydock::cli {
namespace {

int Help(absl::Span<const std::string> arguments, Console* console) {
  if (arguments.empty()) {
    console->out << "drydock runs I/O Kit drivers on a simulated machine.\n\n";
    for (const Command* command : Commands()) {
      console->out << absl::StrFormat("  drydock %-8s %s\n", command->name, command->summary);
    }
    console->out << "\n`drydock help COMMAND` says more.\n";
    return kHeld;
  }
  std::vector<std::string> names;
  for (const Command* command : Commands()) {
    if (arguments.front() == command->name) {
      console->out << "drydock " << command->name << " " << command->usage << "\n\n"
                   << command->help;
      return kHeld;
    }
    names.push_back(command->name);
  }
  console->err << "drydock help: unknown command " << arguments.front() << "; allowed is "
               << absl::StrJoin(names, ", ") << "\n";
  return kBadInput;
}

}  // namespace

const Command kHelp = {"help", "[COMMAND]", "says what drydock, or one of its commands, does",
                       "Without COMMAND, lists the commands.\n", &Help};

}  // namespace drydock::cli
