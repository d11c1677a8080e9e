// cli/command.h
//
// The subcommands of drydock. Each declares its name, its description and its options on the
// program's CLI::App, once: parsing, help, completion and the man page are all made from there.
#ifndef DRYDOCK_CLI_COMMAND_H_
#define DRYDOCK_CLI_COMMAND_H_

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/string_view.h"
#include "cli/console.h"

namespace drydock::cli {

class Command {
 public:
  Command(const Command&) = delete;
  virtual ~Command() = default;

  // Runs with what was parsed last. Returns an exit code.
  virtual int Run(Console* console) = 0;

  CLI::App* app() const { return app_; }  // the program's

 protected:
  // `summary` is one line, `details` one or more paragraphs separated by newlines.
  Command(CLI::App* program, const char* name, const std::string& summary,
          const std::string& details, const char* exit_codes);

  // Says in one line on `err` what is wrong with what the command was given; returns the exit code
  // for it.
  int BadInput(absl::string_view line, Console* console) const;

 private:
  CLI::App* const app_;
};

// What commands end with, for their help.
inline constexpr char kJudgingExitCodes[] =
    "Exit code: 0 if everything held, 1 if something failed, 2 if the input is bad.";
inline constexpr char kPlainExitCodes[] = "Exit code: 0, or 2 if the input is bad.";

// Each adds its subcommand to `program`, which outlives what is returned.
std::unique_ptr<Command> AddRun(CLI::App* program);
std::unique_ptr<Command> AddExplore(CLI::App* program);
std::unique_ptr<Command> AddMerge(CLI::App* program);
std::unique_ptr<Command> AddReplay(CLI::App* program);
std::unique_ptr<Command> AddJudge(CLI::App* program);
std::unique_ptr<Command> AddLatency(CLI::App* program);
std::unique_ptr<Command> AddIoreg(CLI::App* program);
std::unique_ptr<Command> AddStacks(CLI::App* program);
std::unique_ptr<Command> AddBench(CLI::App* program);
std::unique_ptr<Command> AddHelp(CLI::App* program);
std::unique_ptr<Command> AddCompletion(CLI::App* program);
std::unique_ptr<Command> AddMan(CLI::App* program);

}  // namespace drydock::cli

#endif  // DRYDOCK_CLI_COMMAND_H_
