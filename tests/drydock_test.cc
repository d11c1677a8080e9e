#include "tests/drydock_test.h"

#include <cstdlib>
#include <memory>
#include <set>
#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "explore/random_walk.h"
#include "explore/replay.h"
#include "trace/digest.h"

ABSL_FLAG(int, drydock_schedules, 20, "schedules each DRYDOCK_TEST runs under");
ABSL_FLAG(uint64_t, drydock_seed, 1, "seed of the first random schedule");
ABSL_FLAG(std::string, drydock_strategy, "all", "all (timed, then random), timed, or random");
ABSL_FLAG(std::string, drydock_replay, "", "a schedule to replay instead");

namespace drydock::testing {
namespace {

// Of the run in progress.
std::set<std::string> allowed_findings;

// Runs the body once. Returns whether it failed; says why through GoogleTest.
bool RunOnce(const std::string& name, const MachineOptions& options, Strategy* strategy,
             const std::string& strategy_name, const std::function<void()>& body, uint64_t* digest,
             Schedule* schedule) {
  const ::testing::TestResult* result =
      ::testing::UnitTest::GetInstance()->current_test_info()->result();
  const int parts_before = result->total_part_count();
  allowed_findings.clear();
  trace::Digest observer;
  Outcome outcome;
  {
    trace::ScopedObserver watching(&observer);
    outcome = Simulation(options, strategy).Run(body);
  }
  if (digest != nullptr) *digest = observer.value();
  if (!outcome.ok()) {
    std::string blocked;
    for (const BlockedThread& thread : outcome.blocked) {
      absl::StrAppend(&blocked, "  thread ", thread.name, " ", thread.reason, "\n",
                      DescribeStack(thread.stack, "    "));
    }
    ADD_FAILURE() << OutcomeName(outcome.kind) << ": " << outcome.text << "\n"
                  << DescribeStack(outcome.stack, "  ") << blocked;
  }
  for (const Finding& finding : outcome.findings) {
    if (allowed_findings.contains(finding.name)) continue;
    ADD_FAILURE() << finding.name << " at " << finding.time_ns << " ns"
                  << (finding.thread.empty() ? "" : " on thread ") << finding.thread << ": "
                  << finding.sentence << "\n"
                  << DescribeStack(finding.stack, "  ");
  }
  bool failed = false;
  for (int i = parts_before; i < result->total_part_count(); ++i) {
    failed |= result->GetTestPartResult(i).failed();
  }
  if (failed) {
    const std::string text = outcome.schedule.ToString();
    ADD_FAILURE() << "under " << strategy_name << ", schedule\n  " << text
                  << "\nreplay with\n  --gtest_filter=" << name << " --drydock_replay=" << text;
  }
  if (schedule != nullptr) *schedule = std::move(outcome.schedule);
  return failed;
}

int ShardVariable(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  int value;
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : otherwise;
}

}  // namespace

void AllowFinding(const std::string& name) { allowed_findings.insert(name); }

void RunUnderSchedules(const std::string& name, const MachineOptions& base,
                       const std::function<void()>& body) {
  MachineOptions options = base;
  options.fingerprint = trace::Fnv1a(name);

  const std::string replay = absl::GetFlag(FLAGS_drydock_replay);
  if (!replay.empty()) {
    absl::StatusOr<Schedule> schedule = Schedule::Parse(replay);
    ASSERT_TRUE(schedule.ok()) << schedule.status().message();
    ASSERT_EQ(schedule->fingerprint(), options.fingerprint)
        << "the schedule is not one of " << name;
    Replay strategy(*schedule);
    RunOnce(name, options, &strategy, "replay", body, nullptr, nullptr);
    return;
  }

  const std::string which = absl::GetFlag(FLAGS_drydock_strategy);
  ASSERT_TRUE(which == "all" || which == "timed" || which == "random")
      << "--drydock_strategy is all, timed or random, not " << which;
  const int shard = ShardVariable("DRYDOCK_SHARD_INDEX", 0);
  const int shards = ShardVariable("DRYDOCK_TOTAL_SHARDS", 1);
  const int schedules = which == "timed" ? 1 : absl::GetFlag(FLAGS_drydock_schedules);
  const uint64_t first_seed = absl::GetFlag(FLAGS_drydock_seed);
  for (int i = shard; i < schedules; i += shards) {
    std::unique_ptr<Strategy> strategy;
    std::string strategy_name = "the timed strategy";
    if (which != "random" && i == 0) {
      strategy = std::make_unique<TimedStrategy>();
    } else {
      const uint64_t seed = first_seed + static_cast<uint64_t>(i);
      strategy = std::make_unique<RandomWalk>(seed);
      strategy_name = absl::StrCat("a random walk with seed ", seed);
    }
    uint64_t digest = 0;
    Schedule schedule;
    if (RunOnce(name, options, strategy.get(), strategy_name, body, &digest, &schedule)) return;
    if (i > shard + shards) continue;
    // The first schedules of every test are run again from their printed form: find, print, parse,
    // replay, same events.
    absl::StatusOr<Schedule> parsed = Schedule::Parse(schedule.ToString());
    ASSERT_TRUE(parsed.ok()) << parsed.status().message();
    ASSERT_TRUE(*parsed == schedule);
    Replay again(*parsed);
    uint64_t replayed_digest = 0;
    if (RunOnce(name, options, &again, "replay", body, &replayed_digest, nullptr)) return;
    ASSERT_EQ(digest, replayed_digest) << "a replay of " << schedule.ToString()
                                       << " showed other events: the run is not deterministic";
  }
}

}  // namespace drydock::testing
