// cli/options.h
//
// The options that several commands have, and the kinds of values options take. Each function adds
// one option to a command; its variable, which must outlive the command, has the value when the
// command runs. A value that is not allowed ends the program with one line that says what is.
#ifndef DRYDOCK_CLI_OPTIONS_H_
#define DRYDOCK_CLI_OPTIONS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "scheduler/kernel/types.h"

namespace drydock::cli {

// An option whose value `read` takes. A status that is not ok carries the whole line: what is wrong
// and what is allowed. `placeholder` stands for the value in help texts; if it lists the allowed
// values, "text|json", completion offers them.
CLI::Option* AddValue(CLI::App* app, const char* name, const std::string& placeholder,
                      const std::string& help,
                      std::function<absl::Status(const std::string&)> read);

CLI::Option* AddText(CLI::App* app, const char* name, const char* placeholder,
                     const std::string& help, absl::optional<std::string>* text);

// A whole number from `least` up. The first shows what `*number` is without the option.
CLI::Option* AddNumber(CLI::App* app, const char* name, const std::string& help, uint64_t least,
                       uint64_t* number);
CLI::Option* AddNumber(CLI::App* app, const char* name, const std::string& help, uint64_t least,
                       absl::optional<uint64_t>* number);

// One of `choices`; `*choice` is the default.
CLI::Option* AddChoice(CLI::App* app, const char* name, const std::string& help,
                       const std::vector<std::string>& choices, std::string* choice);

CLI::Option* AddFlag(CLI::App* app, const char* name, const std::string& help, bool* given);

// FILE, a scenario's.
CLI::Option* AddScenarioFile(CLI::App* app, std::string* file);

// --format text|json.
CLI::Option* AddFormat(CLI::App* app, bool* json);

// --seed N, of a command that runs the timed schedule without it.
CLI::Option* AddSeed(CLI::App* app, absl::optional<uint64_t>* seed);

// --at TIME, in virtual time since the boot.
struct Moment {
  std::string text;  // as it was given
  kernel::Time time = 0;
};
CLI::Option* AddMoment(CLI::App* app, const std::string& help, absl::optional<Moment>* moment);

// "unknown command sial; nearest is sail; allowed is …".
std::string UnknownName(absl::string_view kind, const std::string& given,
                        const std::vector<std::string>& allowed);

// The file a path names: relative ones start in the user's working directory, also under
// `bazel run`.
std::string ResolvePath(const std::string& path);

}  // namespace drydock::cli

#endif  // DRYDOCK_CLI_OPTIONS_H_
