// Answers from a recorded schedule.
#include "explore/replay.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace drydock {

size_t Replay::Choose(const Question& question) {
  const auto repeats = schedule_.repeats();
  if (repeat_ < repeats.size() && given_ == repeats[repeat_].count) {
    ++repeat_;
    given_ = 0;
  }
  const bool exhausted = repeat_ == repeats.size();
  if (exhausted || repeats[repeat_].alternatives != question.alternatives.size()) {
    refusal_ =
        absl::StrCat("the schedule does not fit: at question ", question.number, " it has ",
                     exhausted ? std::string("ended")
                               : absl::StrCat(repeats[repeat_].alternatives, " alternatives"),
                     ", the run has ", question.alternatives.size(), " (",
                     absl::StrJoin(question.alternatives, "; ",
                                   [](std::string* out, const Alternative& alternative) {
                                     absl::StrAppend(out, DescribeAlternative(alternative));
                                   }),
                     ")");
    return kRefuse;
  }
  ++given_;
  return repeats[repeat_].choice;
}

bool Replay::Finish(uint64_t questions) {
  if (questions == schedule_.questions()) return true;
  refusal_ = absl::StrCat("the schedule does not fit: it answers ", schedule_.questions(),
                          " questions, the run ended after ", questions);
  return false;
}

}  // namespace drydock
