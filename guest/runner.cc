// Runs a guest program under one schedule after another; the main of every drydock_pthread_test.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "explore/campaign.h"
#include "explore/minimise.h"
#include "explore/replay.h"
#include "guest/guest.h"
#include "guest/program.h"
#include "scheduler/kernel/memory.h"
#include "scheduler/simulation.h"
#include "trace/digest.h"
#include "verify/watch.h"

ABSL_FLAG(std::string, program, "", "path of the guest program, a shared object");
ABSL_FLAG(std::string, name, "", "name of the test, which identifies its schedules");
ABSL_FLAG(uint64_t, drydock_schedules, 1000, "largest number of runs");
ABSL_FLAG(uint64_t, drydock_seed, 1, "seed of the strategy; the same seed gives the same search");
ABSL_FLAG(std::string, drydock_strategy, "portfolio", "strategy, as of drydock explore --strategy");
ABSL_FLAG(std::string, drydock_replay, "",
          "a schedule to replay instead; the program's output is shown");
ABSL_FLAG(std::string, expect, "", "the program must fail, and the failure's name contains this");
ABSL_FLAG(bool, prove, false, "the strategy must run all schedules, without a bound");
ABSL_FLAG(bool, bounded, false, "the strategy must run all schedules within its bounds");

namespace drydock::guest {
namespace {

// A run of the guest program.
struct GuestRun {
  Outcome outcome;
  int exit_code = 0;

  // The name of what failed, the same for the same failure; empty if nothing did.
  std::string Failure() const {
    std::string failure;
    const auto add = [&failure](const std::string& what) {
      absl::StrAppend(&failure, failure.empty() ? "" : "; ", what);
    };
    for (const Finding& finding : outcome.findings) add(finding.name);
    if (outcome.kind == Outcome::Kind::kPanic) {
      add(outcome.text);
    } else if (!outcome.ok()) {
      add(OutcomeName(outcome.kind));
    } else if (exit_code != 0) {
      add(absl::StrCat("exit code ", exit_code));
    }
    return failure;
  }
};

GuestRun Run(const Program& program, const std::string& name, Strategy* strategy) {
  MachineOptions options;
  options.cpus = 8;
  options.max_questions = 20'000;
  options.fingerprint = trace::Fnv1a(name);
  options.accesses = kernel::AccessChoices::kAll;
  GuestRun result;
  program.ResetGlobals();
  verify::Watch watch({verify::ChecksFor(verify::RunKind::kGuest)});
  result.outcome = Simulation(options, strategy).Run([&] {
    RunMain(program.main(), name.c_str(), &result.exit_code);
  });
  watch.Finish(&result.outcome);
  return result;
}

// Prints the outcome, findings and stacks of a run that failed.
void Report(const GuestRun& result) {
  const Outcome& outcome = result.outcome;
  std::string text = absl::StrCat(result.Failure(), "\n");
  if (!outcome.ok()) {
    absl::StrAppend(&text, OutcomeName(outcome.kind), ": ", outcome.text, "\n",
                    DescribeStack(outcome.stack, "  "));
    for (const BlockedThread& thread : outcome.blocked) {
      absl::StrAppend(&text, "  ", thread.name, " ", thread.reason, "\n",
                      DescribeStack(thread.stack, "    "));
    }
  }
  for (const Finding& finding : outcome.findings) {
    absl::StrAppend(&text, finding.name, " on ", finding.thread, ": ", finding.sentence, "\n",
                    DescribeStack(finding.stack, "  "));
    for (const Evidence& earlier : finding.evidence) {
      absl::StrAppend(&text, earlier.what, ":\n", DescribeStack(earlier.stack, "  "));
    }
  }
  std::fputs(text.c_str(), stderr);
}

int Usage(absl::string_view what) {
  std::fprintf(stderr, "%s\n", std::string(what).c_str());
  return 2;
}

int ReplaySchedule(const Program& program, const std::string& name, const std::string& text) {
  const absl::StatusOr<Schedule> schedule = Schedule::Parse(text);
  if (!schedule.ok()) return Usage(schedule.status().message());
  if (schedule->fingerprint() != trace::Fnv1a(name)) {
    return Usage(absl::StrCat("the schedule is not one of ", name));
  }
  Replay replay(*schedule);
  const GuestRun result = Run(program, name, &replay);
  if (result.Failure().empty()) return 0;
  Report(result);
  return 1;
}

int Main() {
  const absl::StatusOr<Program> program = Program::Load(absl::GetFlag(FLAGS_program));
  if (!program.ok()) return Usage(program.status().message());
  if (!kernel::HasHookedCode()) {
    std::fputs("skipped: the program was compiled without memory hooks\n", stderr);
    return 0;
  }
  const std::string name = absl::GetFlag(FLAGS_name);
  const std::string replay = absl::GetFlag(FLAGS_drydock_replay);
  if (!replay.empty()) return ReplaySchedule(*program, name, replay);
  const absl::StatusOr<std::unique_ptr<Explorer>> explorer =
      MakeExplorer(absl::GetFlag(FLAGS_drydock_strategy), absl::GetFlag(FLAGS_drydock_seed));
  if (!explorer.ok()) return Usage(explorer.status().message());
  // The program runs a thousand times; its output is shown in a replay only.
  dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);

  const RunProgram run = [&](Strategy* strategy) {
    GuestRun result = Run(*program, name, strategy);
    return RunResult{result.Failure(), std::move(result.outcome.schedule)};
  };
  const std::string expected = absl::GetFlag(FLAGS_expect);
  CampaignOptions options;
  options.schedules = absl::GetFlag(FLAGS_drydock_schedules);
  options.stop_at_first = !absl::GetFlag(FLAGS_prove);
  const CampaignResult result = RunCampaign(explorer->get(), run, options);
  std::fprintf(stderr, "%s: %llu schedules, %llu of them distinct, %llu failed%s%s\n", name.c_str(),
               static_cast<unsigned long long>(result.runs),
               static_cast<unsigned long long>(result.distinct),
               static_cast<unsigned long long>(result.failed), result.exhausted.empty() ? "" : "; ",
               result.exhausted.c_str());

  bool found = expected.empty();
  bool unexpected = false;
  for (const Failure& failure : result.failures) {
    const Minimised smallest = Minimise({failure.failure, failure.schedule}, run, 500);
    Replay again(smallest.run.schedule);
    std::fprintf(stderr, "\nschedule %llu (%s), with %llu of its %llu forced switches:\n",
                 static_cast<unsigned long long>(failure.run), failure.found_by.c_str(),
                 static_cast<unsigned long long>(smallest.switches),
                 static_cast<unsigned long long>(smallest.switches_found));
    Report(Run(*program, name, &again));
    std::fprintf(stderr, "replay with\n  --drydock_replay=%s\n",
                 smallest.run.schedule.ToString().c_str());
    if (!expected.empty() && absl::StrContains(failure.failure, expected)) {
      found = true;
    } else {
      unexpected = true;
    }
  }
  if (!found) std::fprintf(stderr, "the program should have failed with %s\n", expected.c_str());
  const bool all = !result.exhausted.empty();
  const bool bounded = absl::StrContains(result.exhausted, ", but for");
  const bool proved = absl::GetFlag(FLAGS_prove)     ? all && !bounded
                      : absl::GetFlag(FLAGS_bounded) ? all
                                                     : true;
  if (!proved) std::fprintf(stderr, "the strategy did not come to the end of all schedules\n");
  return found && !unexpected && proved ? 0 : 1;
}

}  // namespace
}  // namespace drydock::guest

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return drydock::guest::Main();
}
