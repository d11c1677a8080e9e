// verify/verdict.h
//
// What became of an expectation, and the verdicts about findings: a scenario's run and the judge of
// its recorded trace come to the same ones.
#ifndef DRYDOCK_VERIFY_VERDICT_H_
#define DRYDOCK_VERIFY_VERDICT_H_

#include <string>
#include <vector>

#include "scheduler/run_end.h"

namespace drydock::verify {

struct Verdict {
  enum class Kind { kHeld, kFailed, kNotJudged };
  Kind kind = Kind::kHeld;
  std::string text = "";  // what was expected
  // What was seen instead, or why it was not judged; if it held, empty, or what was found as
  // expected.
  std::string seen = "";
  std::vector<std::string> stack = {};  // where that happened, innermost first; may be empty
  std::string finding = "";             // the finding that it is about, if it is about one
  bool unexpected = false;              // which nothing had expected
};

// An expectation, `text`, that the finding `name` is made.
Verdict JudgeExpectedFinding(const std::string& text, const std::string& name,
                             const std::vector<Finding>& findings);

// A failed verdict for each finding that none of `expected` names.
std::vector<Verdict> JudgeUnexpectedFindings(const std::vector<Finding>& findings,
                                             const std::vector<std::string>& expected);

// Appends `what` and, below it, the functions of `stack`.
void AppendStack(const std::string& what, const CallStack& stack, std::vector<std::string>* lines);

bool AllHeld(const std::vector<Verdict>& verdicts);

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_VERDICT_H_
