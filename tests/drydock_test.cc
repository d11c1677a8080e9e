// DRYDOCK_TEST on simulated machines: one schedule after another, and the report of one that fails.
#include "tests/drydock_test.h"

#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "explore/accesses.h"
#include "explore/explorer.h"
#include "explore/minimise.h"
#include "explore/progress.h"
#include "explore/replay.h"
#include "explore/switch_report.h"
#include "gtest/gtest-spi.h"
#include "trace/digest.h"
#include "verify/watch.h"

ABSL_FLAG(uint64_t, drydock_schedules, 20, "schedules each DRYDOCK_TEST runs under");
ABSL_FLAG(uint64_t, drydock_seed, 1, "seed of the first random schedule");
ABSL_FLAG(std::string, drydock_strategy, "all",
          "all (timed, then random), timed, or a strategy: "
          "random, pct[:DEPTH], pos, urw, surw, delay[:BOUND], preemption[:BOUND], dpor, "
          "exhaustive, portfolio");
ABSL_FLAG(std::string, drydock_accesses, "shared",
          "at which accesses to memory, by code that is compiled with hooks, others can step in: "
          "none, shared (those to memory that others touch too), sampled:N (one in N of these), or "
          "all");
ABSL_FLAG(std::string, drydock_checks, "",
          "what to look for beyond the usual, by the names of findings: priority-inversion, "
          "missed-deadline");
ABSL_FLAG(std::string, drydock_replay, "", "a schedule to replay instead");

namespace drydock::testing {
namespace {

// In one of so many schedules lifetimes are checked.
constexpr int kLifetimesEvery = 8;

// Of the run in progress.
std::set<std::string> allowed_findings;

// What one run of a test's body came to.
struct Ran {
  Outcome outcome;
  std::vector<::testing::TestPartResult> parts;  // what GoogleTest was told
  uint64_t digest = 0;                           // of the events
  bool check_lifetimes = false;

  // What failed, one text for each; the same texts when a run fails in the same way.
  std::vector<std::string> failures;
};

std::string Describe(const std::vector<Evidence>& evidence, const std::string& indent) {
  std::string text;
  for (const Evidence& earlier : evidence) {
    const std::string stack = DescribeStack(earlier.stack, indent + "  ");
    absl::StrAppend(&text, indent, earlier.what, stack.empty() ? "\n" : ":\n", stack);
  }
  return text;
}

// How a test's body is run.
struct Program {
  MachineOptions options;
  verify::Checks asked;  // to be checked beyond what every test is
  std::function<void()> body;
};

Ran RunBody(const Program& program, Strategy* strategy, bool check_lifetimes) {
  Ran ran;
  ran.check_lifetimes = check_lifetimes;
  allowed_findings.clear();
  trace::Digest observer;
  ::testing::TestPartResultArray parts;
  {
    // (Simulated threads are all on this host thread.)
    const ::testing::ScopedFakeTestPartResultReporter reporter(&parts);
    trace::ScopedObserver watching(&observer);
    verify::Checks checks = program.asked;
    checks.Add(verify::ChecksFor(check_lifetimes ? verify::RunKind::kThoroughTest
                                                 : verify::RunKind::kTest));
    verify::Watch watch({checks});
    ran.outcome = Simulation(program.options, strategy).Run(program.body);
    watch.Finish(&ran.outcome);
  }
  ran.digest = observer.value();
  for (int i = 0; i < parts.size(); ++i) {
    const ::testing::TestPartResult& part = parts.GetTestPartResult(i);
    ran.parts.push_back(part);
    if (part.failed()) {
      ran.failures.push_back(absl::StrCat(part.file_name(), ":", part.line_number()));
    }
  }
  if (!ran.outcome.ok()) ran.failures.push_back(OutcomeName(ran.outcome.kind));
  for (const Finding& finding : ran.outcome.findings) {
    if (!allowed_findings.contains(finding.name)) ran.failures.push_back(finding.name);
  }
  return ran;
}

// Tells GoogleTest of a run that failed.
void Report(const std::string& name, const Ran& ran, const std::string& strategy_name,
            const std::string& story) {
  const Outcome& outcome = ran.outcome;
  for (const ::testing::TestPartResult& part : ran.parts) {
    if (!part.failed()) continue;
    GTEST_MESSAGE_AT_(part.file_name(), part.line_number(), part.message(), part.type());
  }
  if (!outcome.ok()) {
    std::string blocked;
    for (const BlockedThread& thread : outcome.blocked) {
      absl::StrAppend(&blocked, "  thread ", thread.name, " ", thread.reason, "\n",
                      DescribeStack(thread.stack, "    "), Describe(thread.evidence, "  "));
    }
    ADD_FAILURE() << OutcomeName(outcome.kind) << ": " << outcome.text << "\n"
                  << DescribeStack(outcome.stack, "  ") << blocked;
  }
  for (const Finding& finding : outcome.findings) {
    if (allowed_findings.contains(finding.name)) continue;
    ADD_FAILURE() << finding.name << " at " << finding.time_ns << " ns"
                  << (finding.thread.empty() ? "" : " on thread ") << finding.thread << ": "
                  << finding.sentence << "\n"
                  << DescribeStack(finding.stack, "  ") << Describe(finding.evidence, "");
  }
  const std::string text = outcome.schedule.ToString();
  ADD_FAILURE() << (story.empty() ? "" : "what it takes:\n") << story << "under " << strategy_name
                << ", schedule\n  " << text << "\nreplay with\n  --gtest_filter=" << name
                << " --drydock_replay=" << text;
}

// A failing schedule, made as small as it can be in some hundred runs, and reported.
void ReportSmallest(const std::string& name, const Program& program, const Ran& found,
                    const std::string& strategy_name) {
  const auto result = [](Ran ran) {
    return RunResult{absl::StrJoin(ran.failures, "; "), std::move(ran.outcome.schedule)};
  };
  const Minimised smallest = Minimise(
      result(found),
      [&](Strategy* strategy) { return result(RunBody(program, strategy, found.check_lifetimes)); },
      /*most_runs=*/500);
  Replay replay(smallest.run.schedule);
  SwitchReport switch_report(&replay);
  const Ran again = RunBody(program, &switch_report, found.check_lifetimes);
  Report(name, again,
         absl::StrCat(strategy_name, ", with ", smallest.switches, " of its ",
                      smallest.switches_found, " forced switches"),
         switch_report.Text());
}

uint64_t ShardVariable(const char* variable, uint64_t otherwise) {
  const char* text = std::getenv(variable);
  uint64_t value;
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : otherwise;
}

}  // namespace

void AllowFinding(const std::string& name) { allowed_findings.insert(name); }

void RunUnderSchedules(const std::string& name, const MachineOptions& base,
                       const std::function<void()>& body) {
  const absl::StatusOr<verify::Checks> asked =
      verify::ParseChecks(absl::GetFlag(FLAGS_drydock_checks));
  ASSERT_TRUE(asked.ok()) << "--drydock_checks: " << asked.status().message();
  Program program = {base, *asked, body};
  MachineOptions& options = program.options;
  options.fingerprint = trace::Fnv1a(name);

  const std::string replay = absl::GetFlag(FLAGS_drydock_replay);
  if (!replay.empty()) {
    absl::StatusOr<Schedule> schedule = Schedule::Parse(replay);
    ASSERT_TRUE(schedule.ok()) << schedule.status().message();
    const absl::StatusOr<kernel::AccessChoices> accesses =
        AccessesOf(schedule->fingerprint(), options.fingerprint);
    ASSERT_TRUE(accesses.ok()) << "the schedule is not one of " << name;
    options.accesses = *accesses;
    options.fingerprint = schedule->fingerprint();
    Replay replayed(*schedule);
    SwitchReport switch_report(&replayed);
    const Ran ran = RunBody(program, &switch_report, /*check_lifetimes=*/true);
    if (!ran.failures.empty()) Report(name, ran, "replay", switch_report.Text());
    return;
  }

  if (CtrlC::pressed()) GTEST_SKIP() << "interrupted";
  const absl::StatusOr<kernel::AccessChoices> accesses =
      ParseAccesses(absl::GetFlag(FLAGS_drydock_accesses));
  ASSERT_TRUE(accesses.ok()) << "--drydock_accesses: " << accesses.status().message();
  options.accesses = PossibleAccesses(*accesses);
  options.fingerprint = FingerprintWith(options.fingerprint, options.accesses);

  const std::string which = absl::GetFlag(FLAGS_drydock_strategy);
  const bool timed_first = which == "all" || which == "timed";
  const Shard shard = {ShardVariable("DRYDOCK_SHARD_INDEX", 0),
                       ShardVariable("DRYDOCK_TOTAL_SHARDS", 1)};
  const uint64_t schedules = which == "timed" ? 1 : absl::GetFlag(FLAGS_drydock_schedules);
  const absl::StatusOr<std::unique_ptr<Explorer>> explorer =
      MakeExplorer(timed_first ? "random" : which, absl::GetFlag(FLAGS_drydock_seed), shard);
  ASSERT_TRUE(explorer.ok()) << "--drydock_strategy is all, timed, or a strategy: "
                             << explorer.status().message();
  TimedStrategy timed;
  constexpr uint64_t kMany = 1000;  // worth a line that says how far it is
  const CtrlC ctrl_c;
  ProgressLine progress(schedules >= kMany && isatty(STDERR_FILENO) != 0 ? &std::cerr : nullptr,
                        schedules / shard.count, std::numeric_limits<double>::infinity());
  CampaignResult so_far;
  for (uint64_t i = shard.index; i < schedules; i += shard.count) {
    progress.Show(so_far);
    if (CtrlC::pressed()) GTEST_SKIP() << "interrupted after " << so_far.runs << " schedules";
    Strategy* strategy = (*explorer)->Next();
    while (strategy != nullptr && (*explorer)->IsAnothers()) {
      (*explorer)->Finished(RunBody(program, strategy, false).outcome.schedule);
      strategy = (*explorer)->Next();
    }
    if (strategy == nullptr) break;  // nothing is left to try
    std::string strategy_name = (*explorer)->Describe();
    if (timed_first && i == 0) {
      strategy = &timed;
      strategy_name = "the timed strategy";
    }
    // It costs time, and a lifetime that is wrong is mostly wrong under many schedules.
    const Ran ran = RunBody(program, strategy, i % kLifetimesEvery == 0);
    (*explorer)->Finished(ran.outcome.schedule);
    ++so_far.runs;
    if (!ran.failures.empty()) {
      ReportSmallest(name, program, ran, strategy_name);
      return;
    }
    if (i > shard.index + shard.count) continue;
    // The first schedules of every test are run again from their printed form: find, print, parse,
    // replay, same events.
    absl::StatusOr<Schedule> parsed = Schedule::Parse(ran.outcome.schedule.ToString());
    ASSERT_TRUE(parsed.ok()) << parsed.status().message();
    ASSERT_TRUE(*parsed == ran.outcome.schedule);
    Replay again(*parsed);
    const Ran replayed = RunBody(program, &again, /*check_lifetimes=*/true);
    ASSERT_TRUE(replayed.failures.empty()) << replayed.failures.front();
    ASSERT_EQ(ran.digest, replayed.digest) << "a replay of " << ran.outcome.schedule.ToString()
                                           << " showed other events: the run is not deterministic";
  }
  // What was proved.
  if (timed_first || (*explorer)->Next() != nullptr || (*explorer)->Exhausted().empty()) return;
  std::cout << name << ": nothing is left to try: " << (*explorer)->Exhausted()
            << ", and all of them hold\n";
}

}  // namespace drydock::testing
