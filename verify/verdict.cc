// Verdicts about findings.
#include "verify/verdict.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace drydock::verify {
namespace {

std::string Describe(const Finding& finding) {
  return absl::StrCat("at ", finding.time_ns / 1000, " us", finding.thread.empty() ? "" : " on ",
                      finding.thread, ": ", finding.sentence);
}

// Where the rule was broken, and what led to it.
std::vector<std::string> StackAndEvidence(const Finding& finding) {
  std::vector<std::string> lines = finding.stack.Functions();
  for (const Evidence& evidence : finding.evidence) {
    AppendStack(evidence.what, evidence.stack, &lines);
  }
  return lines;
}

}  // namespace

void AppendStack(const std::string& what, const CallStack& stack, std::vector<std::string>* lines) {
  const std::vector<std::string> functions = stack.Functions();
  lines->push_back(absl::StrCat(what, functions.empty() ? "" : ":"));
  for (const std::string& function : functions) lines->push_back(absl::StrCat("  ", function));
}

Verdict JudgeExpectedFinding(const std::string& text, const std::string& name,
                             const std::vector<Finding>& findings) {
  Verdict verdict = {.text = text, .finding = name};
  const auto found = std::find_if(findings.begin(), findings.end(),
                                  [&](const Finding& finding) { return finding.name == name; });
  if (found == findings.end()) {
    verdict.kind = Verdict::Kind::kFailed;
    verdict.seen = "not reported in this run";
  } else {
    verdict.seen = Describe(*found);
    verdict.stack = StackAndEvidence(*found);
  }
  return verdict;
}

std::vector<Verdict> JudgeUnexpectedFindings(const std::vector<Finding>& findings,
                                             const std::vector<std::string>& expected) {
  std::vector<Verdict> verdicts;
  for (const Finding& finding : findings) {
    if (std::find(expected.begin(), expected.end(), finding.name) != expected.end()) continue;
    verdicts.push_back({.kind = Verdict::Kind::kFailed,
                        .text = absl::StrCat("no ", finding.name),
                        .seen = Describe(finding),
                        .stack = StackAndEvidence(finding),
                        .finding = finding.name,
                        .unexpected = true});
  }
  return verdicts;
}

bool AllHeld(const std::vector<Verdict>& verdicts) {
  return std::none_of(verdicts.begin(), verdicts.end(), [](const Verdict& verdict) {
    return verdict.kind == Verdict::Kind::kFailed;
  });
}

}  // namespace drydock::verify
