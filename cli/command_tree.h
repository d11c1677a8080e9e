// cli/command_tree.h
//
// What help, completion and the man page ask of the commands that a CLI::App holds.
#ifndef DRYDOCK_CLI_COMMAND_TREE_H_
#define DRYDOCK_CLI_COMMAND_TREE_H_

#include <string>
#include <vector>

#include "CLI/CLI.hpp"

namespace drydock::cli {

// The first line of a command's description, and the paragraphs after it.
std::string Summary(const CLI::App& app);
std::vector<std::string> Details(const CLI::App& app);

// The subcommands in the order in which they were added.
std::vector<const CLI::App*> Subcommands(const CLI::App& app);
std::vector<std::string> CommandNames(const CLI::App& app);

// Arguments without a name first, then the options, --help last.
std::vector<const CLI::Option*> OptionsOf(const CLI::App& app);
// The names of all options, with their dashes: "--seed", "-c".
std::vector<std::string> OptionNames(const CLI::App& app);

bool TakesValue(const CLI::Option& option);
// What stands for the value: "N", "FILE", "text|json"; empty for none.
std::string Placeholder(const CLI::Option& option);
// The values an option allows, if its placeholder lists them: of "none|sampled:N" none and
// "sampled:", of "N" nothing.
std::vector<std::string> Choices(const CLI::Option& option);
// "--seed N", "FILE".
std::string Heading(const CLI::Option& option);
// The description, and the default if there is one.
std::string Description(const CLI::Option& option);

// "drydock run FILE [options]".
std::string Usage(const CLI::App& app);

}  // namespace drydock::cli

#endif  // DRYDOCK_CLI_COMMAND_TREE_H_
