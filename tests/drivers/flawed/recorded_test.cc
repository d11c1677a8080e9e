// A recorded run, judged afterwards, comes to what its checkers came to while it went on: over all
// flawed drivers, under the schedule that finds their defect, and their sound twins.
#include <sstream>
#include <string>
#include <vector>

#include "explore/campaign.h"
#include "explore/explorer.h"
#include "explore/replay.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/memory.h"
#include "tests/drivers/flawed/rig.h"
#include "verify/judge.h"

namespace drydock {
namespace {

std::string Text(const CallStack& stack) { return DescribeStack(stack, "    "); }

std::string Text(const std::vector<Evidence>& evidence) {
  std::string text;
  for (const Evidence& earlier : evidence) text += "  " + earlier.what + "\n" + Text(earlier.stack);
  return text;
}

// All that is said of a run.
std::string Text(const RunEnd& end) {
  std::string text = std::string(OutcomeName(end.kind)) + ": " + end.text + ", at " +
                     std::to_string(end.end_ns) + "\n" + Text(end.stack);
  for (const BlockedThread& thread : end.blocked) {
    text += thread.name + " " + thread.reason + "\n" + Text(thread.stack) + Text(thread.evidence);
  }
  for (const Finding& finding : end.findings) {
    text += finding.name + " on " + finding.thread + " at " + std::to_string(finding.time_ns) +
            ": " + finding.sentence + "\n" + Text(finding.stack) + Text(finding.evidence);
  }
  return text;
}

// Runs it under `schedule`; returns the live run's text and how many findings there were.
size_t ExpectSame(const FlawedCase& flawed_case, bool flawed, Strategy* strategy) {
  std::stringstream file;
  verify::TraceRecorder recorder(&file);
  const Outcome live = RunFlawed(flawed_case, flawed, strategy, &recorder);
  const absl::StatusOr<verify::Judgement> judged = verify::Judge(&file);
  EXPECT_TRUE(judged.ok()) << judged.status();
  if (judged.ok()) {
    EXPECT_EQ(Text(live), Text(judged->end));
    EXPECT_EQ(judged->held(), live.ok() && live.findings.empty());
  }
  return live.findings.size();
}

TEST(RecordedRuns, OfFlawedDriversAndTheirTwinsAreJudgedAsTheLiveOnes) {
  size_t findings = 0;
  for (const FlawedCase* flawed_case : FlawedCases()) {
    SCOPED_TRACE(flawed_case->name);
    if (flawed_case->needs_hooks && !kernel::HasHookedCode()) continue;
    const CampaignResult found =
        RunCampaign(MakeExplorer("portfolio", 1)->get(), FlawedProgram(*flawed_case, true), {});
    ASSERT_EQ(found.failures.size(), 1u);
    Replay replay(found.failures[0].schedule);
    findings += ExpectSame(*flawed_case, /*flawed=*/true, &replay);
    TimedStrategy timed;
    EXPECT_EQ(ExpectSame(*flawed_case, /*flawed=*/false, &timed), 0u);
  }
  EXPECT_GT(findings, 30u);
}

std::string RecordedRun() {
  std::stringstream file;
  verify::TraceRecorder recorder(&file);
  TimedStrategy timed;
  RunFlawed(*FlawedCases().front(), /*flawed=*/false, &timed, &recorder);
  return file.str();
}

std::string WhatIsWrongWith(const std::string& bytes) {
  std::stringstream file(bytes);
  const absl::StatusOr<verify::Judgement> judged = verify::Judge(&file);
  return judged.ok() ? "" : std::string(judged.status().message());
}

TEST(RecordedRuns, OtherFilesAreRefusedInOneLine) {
  EXPECT_EQ(WhatIsWrongWith(""), "it is no recorded trace of Drydock");
  EXPECT_EQ(WhatIsWrongWith("cpus: 2\nsome other file"), "it is no recorded trace of Drydock");
}

TEST(RecordedRuns, OneThatIsCutOffIsRefusedWhereverThatIs) {
  const std::string whole = RecordedRun();
  ASSERT_EQ(WhatIsWrongWith(whole), "");
  for (size_t left = 0; left < whole.size(); left += 1 + whole.size() / 500) {
    const std::string wrong = WhatIsWrongWith(whole.substr(0, left));
    ASSERT_NE(wrong, "") << left << " of " << whole.size() << " bytes";
    ASSERT_EQ(wrong.find('\n'), std::string::npos) << wrong;
  }
}

TEST(RecordedRuns, DamageIsNoCrash) {
  const std::string whole = RecordedRun();
  for (size_t at = 0; at < whole.size(); at += 1 + whole.size() / 500) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x15);
    WhatIsWrongWith(damaged);
  }
}

}  // namespace
}  // namespace drydock
