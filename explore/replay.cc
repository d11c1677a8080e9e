#include "explore/replay.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace drydock {

size_t Replay::Choose(const Question& question) {
  const auto& runs = schedule_.runs();
  if (run_ < runs.size() && in_run_ == runs[run_].repeat) {
    ++run_;
    in_run_ = 0;
  }
  const bool exhausted = run_ == runs.size();
  if (exhausted || runs[run_].alternatives != question.alternatives.size()) {
    refusal_ = absl::StrCat(
        "the schedule does not fit: at question ", question.number, " it has ",
        exhausted ? std::string("ended") : absl::StrCat(runs[run_].alternatives, " alternatives"),
        ", the run has ", question.alternatives.size(), " (",
        absl::StrJoin(question.alternatives, "; ",
                      [](std::string* out, const Alternative& alternative) {
                        absl::StrAppend(out, DescribeAlternative(alternative));
                      }),
        ")");
    return kRefuse;
  }
  ++in_run_;
  return runs[run_].choice;
}

bool Replay::Finish(uint64_t questions) {
  if (questions == schedule_.questions()) return true;
  refusal_ = absl::StrCat("the schedule does not fit: it answers ", schedule_.questions(),
                          " questions, the run ended after ", questions);
  return false;
}

}  // namespace drydock
