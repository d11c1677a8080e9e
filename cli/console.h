// cli/console.h
//
// Where a command writes, and what it ends with.
#ifndef DRYDOCK_CLI_CONSOLE_H_
#define DRYDOCK_CLI_CONSOLE_H_

#include <ostream>
#include <string>

#include "absl/strings/string_view.h"

namespace drydock::cli {

struct Console {
  std::ostream& out;
  std::ostream& err;
  bool color = false;               // `out` is a terminal that wants it
  bool progress = false;            // `err` is a terminal
  std::string program = "drydock";  // what to type to run a command
};

// Exit codes.
inline constexpr int kHeld = 0;
inline constexpr int kFailed = 1;
inline constexpr int kBadInput = 2;

// Says on `err` in one line what is wrong with what the command was given; returns the exit code
// for it. An empty name is the program's.
inline int BadInput(absl::string_view command, absl::string_view line, Console* console) {
  console->err << "drydock" << (command.empty() ? "" : " ") << command << ": " << line << "\n";
  return kBadInput;
}

}  // namespace drydock::cli

#endif  // DRYDOCK_CLI_CONSOLE_H_
