// The program: which commands there are, and what is said about a command line that does not fit.
#include "cli/command.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "cli/command_tree.h"
#include "cli/help_text.h"
#include "cli/options.h"
#include "cli/program.h"

namespace drydock::cli {
namespace {

constexpr char kVersion[] = "drydock 0.16";

// An option as it is typed: "--seed", "-c".
std::string Typed(const std::string& argument) {
  if (absl::StartsWith(argument, "--")) return argument.substr(0, argument.find('='));
  return argument.substr(0, 2);
}

// What is wrong with the arguments of `app`, which CLI11 refused with `error`.
std::string Problem(const CLI::App& app, const CLI::ParseError& error) {
  for (const std::string& left : app.remaining()) {
    if (left.size() > 1 && left[0] == '-') {
      return UnknownName("option", Typed(left), OptionNames(app));
    }
  }
  if (const std::vector<std::string> left = app.remaining(); !left.empty()) {
    const std::vector<std::string> commands = CommandNames(app);
    if (!commands.empty()) return UnknownName("command", left.front(), commands);
    return absl::StrCat("unexpected argument ", left.front(), "; usage is ", Usage(app));
  }
  const std::string text = error.what();
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_name();
    // What CLI11 says begins with the name, not always with its dashes.
    absl::string_view rest = text;
    const bool about =
        absl::ConsumePrefix(&rest, name) ||
        absl::ConsumePrefix(&rest, name.substr(std::min(name.size(), name.find_first_not_of('-'))));
    if (!about || (!absl::StartsWith(rest, ":") && !absl::StartsWith(rest, " "))) continue;
    if (error.get_name() == "RequiredError") {
      return absl::StrCat("no ", name, " is given; it needs ", option->get_description());
    }
    if (error.get_name() == "ArgumentMismatch") {
      return absl::StrCat(name, TakesValue(*option) ? " needs a value" : " takes no value");
    }
  }
  if (error.get_name() == "RequiredError") {
    return absl::StrCat("no command is given; allowed is ", absl::StrJoin(CommandNames(app), ", "));
  }
  return text;
}

}  // namespace

Command::Command(CLI::App* program, const char* name, const std::string& summary,
                 const std::string& details, const char* exit_codes)
    : app_(program->add_subcommand(name, absl::StrCat(summary, "\n", details))) {
  app_->footer(exit_codes);
  app_->option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

int Command::BadInput(absl::string_view line, Console* console) const {
  return cli::BadInput(app_->get_name(), line, console);
}

int Main(absl::Span<const std::string> arguments, Console* console) {
  CLI::App program("runs I/O Kit drivers on a simulated machine", "drydock");
  program.require_subcommand(1);
  program.set_version_flag("--version", kVersion, "prints the version");
  program.set_help_flag("-h,--help", "prints what drydock, or one of its commands, does");
  program.formatter_fn(
      [](const CLI::App* app, const std::string&, CLI::AppFormatMode) { return HelpText(*app); });
  std::vector<std::unique_ptr<Command>> commands;
  for (const auto add : {&AddRun, &AddExplore, &AddMerge, &AddReplay, &AddJudge, &AddLatency,
                         &AddIoreg, &AddStacks, &AddBench, &AddHelp, &AddCompletion, &AddMan}) {
    commands.push_back(add(&program));
  }
  const CLI::App* app = &program;
  try {
    program.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    app = program.get_subcommands().front();
  } catch (const CLI::CallForVersion&) {
    console->out << program.version() << "\n";
    return kHeld;
  } catch (const CLI::ParseError& error) {
    const std::vector<CLI::App*> parsed = program.get_subcommands();
    const bool known = program.remaining().empty();  // what stands before the command
    if (!parsed.empty() && known) app = parsed.front();
    if (app->get_help_ptr()->count() > 0 && known) {
      console->out << HelpText(*app);
      return kHeld;
    }
    return BadInput(app == &program ? "" : app->get_name(), Problem(*app, error), console);
  }
  const auto command = std::find_if(commands.begin(), commands.end(),
                                    [app](const auto& each) { return each->app() == app; });
  return (*command)->Run(console);
}

}  // namespace drydock::cli
