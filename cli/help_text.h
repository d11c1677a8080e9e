// cli/help_text.h
//
// The help of a command, for a terminal.
#ifndef DRYDOCK_CLI_HELP_TEXT_H_
#define DRYDOCK_CLI_HELP_TEXT_H_

#include <string>

#include "CLI/CLI.hpp"

namespace drydock::cli {

// What `drydock --help` or `drydock COMMAND --help` prints: lines of at most 80 columns.
std::string HelpText(const CLI::App& app);

}  // namespace drydock::cli

#endif  // DRYDOCK_CLI_HELP_TEXT_H_
