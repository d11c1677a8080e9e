// drydock judge: judges a recorded run again.
#include "verify/judge.h"

#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/report.h"

namespace drydock::cli {
namespace {

class JudgeCommand final : public Command {
 public:
  explicit JudgeCommand(CLI::App* program)
      : Command(program, "judge", "judges a run that drydock run --record wrote to a file",
                "Shows the events in TRACE to the checkers that watched the run. They come to the "
                "same findings, and the expectations of its scenario to the same verdicts.",
                kJudgingExitCodes) {
    app()
        ->add_option("TRACE", file_, "a file that drydock run --record has written")
        ->type_name("TRACE")
        ->required();
  }

  int Run(Console* console) override {
    std::ifstream in(ResolvePath(file_), std::ios::binary);
    if (!in) return BadInput(absl::StrCat(file_, ": cannot be read"), console);
    const absl::StatusOr<verify::Judgement> judgement = verify::Judge(&in);
    if (!judgement.ok()) {
      return BadInput(absl::StrCat(file_, ": ", judgement.status().message()), console);
    }
    console->out << file_ << "\n";
    WriteVerdicts(judgement->verdicts, judgement->end.end_ns, console);
    return judgement->held() ? kHeld : kFailed;
  }

 private:
  std::string file_;
};

}  // namespace

std::unique_ptr<Command> AddJudge(CLI::App* program) {
  return std::make_unique<JudgeCommand>(program);
}

}  // namespace drydock::cli
