// cli/program.h
//
// The drydock program, for main and for tests, which call it in their own process.
#ifndef DRYDOCK_CLI_PROGRAM_H_
#define DRYDOCK_CLI_PROGRAM_H_

#include <string>

#include "absl/types/span.h"
#include "cli/console.h"

namespace drydock::cli {

// Runs the command that `arguments`, those after the program's name, ask for. Returns the exit
// code.
int Main(absl::Span<const std::string> arguments, Console* console);

}  // namespace drydock::cli

#endif  // DRYDOCK_CLI_PROGRAM_H_
