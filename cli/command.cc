#include "cli/command.h"

#include "absl/strings/str_join.h"

namespace drydock::cli {

namespace {

bool IsHelp(const std::string& argument) { return argument == "--help" || argument == "-h"; }

}  // namespace

absl::Span<const Command* const> Commands() {
  static constexpr const Command* kCommands[] = {&kRun,   &kExplore, &kMerge, &kReplay, &kLatency,
                                                 &kIoreg, &kStacks,  &kBench, &kHelp};
  return kCommands;
}

int Main(absl::Span<const std::string> arguments, Console* console) {
  if (arguments.empty()) {
    kHelp.run({}, console);
    return kBadInput;
  }
  const std::string& name = arguments.front();
  if (IsHelp(name)) return kHelp.run({}, console);
  std::vector<std::string> names;
  for (const Command* command : Commands()) {
    if (name == command->name) {
      if (arguments.size() == 2 && IsHelp(arguments[1])) return kHelp.run({name}, console);
      return command->run(arguments.subspan(1), console);
    }
    names.push_back(command->name);
  }
  console->err << "drydock: unknown command " << name << "; allowed is "
               << absl::StrJoin(names, ", ") << "\n";
  return kBadInput;
}

}  // namespace drydock::cli
