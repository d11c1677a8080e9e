// cli/command.h
//
// The subcommands of drydock, one per file.
#ifndef DRYDOCK_CLI_COMMAND_H_
#define DRYDOCK_CLI_COMMAND_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "cli/console.h"

namespace drydock::cli {

struct Command {
  const char* name;
  const char* usage;    // after the name: "FILE [--seed N]"
  const char* summary;  // one line
  const char* help;     // the rest, lines ended by newlines
  // `arguments` are those after the command's name. Returns an exit code.
  int (*run)(absl::Span<const std::string> arguments, Console* console);
};

extern const Command kRun;
extern const Command kExplore;
extern const Command kMerge;
extern const Command kReplay;
extern const Command kLatency;
extern const Command kIoreg;
extern const Command kStacks;
extern const Command kBench;
extern const Command kHelp;

// In the order in which help lists them.
absl::Span<const Command* const> Commands();

// The whole program: arguments without the program's name.
int Main(absl::Span<const std::string> arguments, Console* console);

}  // namespace drydock::cli

#endif  // DRYDOCK_CLI_COMMAND_H_
