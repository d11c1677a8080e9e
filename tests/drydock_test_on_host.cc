// DRYDOCK_TEST on host threads: the body runs again and again, each time as the host happens to
// schedule it. Nothing is replayed.
#include <set>
#include <string>

#include "absl/flags/flag.h"
#include "absl/synchronization/mutex.h"
#include "scheduler/strategy.h"
#include "tests/drydock_test.h"

ABSL_FLAG(int, drydock_runs, 2, "how often each DRYDOCK_TEST runs");
ABSL_FLAG(int, drydock_schedules, 0, "of no meaning on host threads");

namespace drydock::testing {
namespace {

// Of the run in progress.
absl::Mutex lock(absl::kConstInit);
std::set<std::string>& AllowedFindings() {
  static auto* allowed = new std::set<std::string>();
  return *allowed;
}

}  // namespace

void AllowFinding(const std::string& name) {
  const absl::MutexLock locked(&lock);
  AllowedFindings().insert(name);
}

void RunUnderSchedules(const std::string&, const MachineOptions& options,
                       const std::function<void()>& body) {
  if (options.profile == kernel::Profile::kHistoric) {
    GTEST_SKIP() << "a kernel of 2003 is simulated only";
  }
  if (options.cpus != MachineOptions().cpus) {
    GTEST_SKIP() << "a machine of " << options.cpus
                 << " CPUs that keeps to priorities is simulated only";
  }
  for (int i = 0; i < absl::GetFlag(FLAGS_drydock_runs); ++i) {
    {
      const absl::MutexLock locked(&lock);
      AllowedFindings().clear();
    }
    TimedStrategy nobody;
    const Outcome outcome = Simulation(options, &nobody).Run(body);
    if (!outcome.ok()) {
      std::string blocked;
      for (const BlockedThread& thread : outcome.blocked) {
        blocked += "  thread " + thread.name + " " + thread.reason + "\n";
      }
      ADD_FAILURE() << OutcomeName(outcome.kind) << ": " << outcome.text << "\n"
                    << DescribeStack(outcome.stack, "  ") << blocked;
    }
    for (const Finding& finding : outcome.findings) {
      if (AllowedFindings().contains(finding.name)) continue;
      ADD_FAILURE() << finding.name << ": " << finding.sentence << "\n"
                    << DescribeStack(finding.stack, "  ");
    }
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace drydock::testing
