// What led to a wait that never ends.
#include "verify/wait_history.h"

#include <functional>
#include <string>

#include "gmock/gmock.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/wait.h"
#include "scheduler/simulation.h"
#include "verify/watch.h"

namespace drydock::verify {
namespace {

using kernel::kMicrosecond;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

int event;

void SleepFor(const void* what) {
  kernel::AssertWait(what, kernel::Interruptible::kUninterruptible, 0,
                     {"waits for", "Godot", 0, nullptr});
  kernel::ThreadBlock();
}

// What is said of the sleeper, the last of the threads that are left.
Evidence Explained(const std::function<void()>& others) {
  Watching<WaitHistory> history;
  TimedStrategy timed;
  Outcome outcome = Simulation({}, &timed).Run([&] {
    kernel::ThreadStart({.name = "sleeper"}, [] {
      kernel::Sleep(10 * kMicrosecond);
      SleepFor(&event);
    });
    others();
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kBlocked);
  history.Finish(&outcome);
  const BlockedThread& sleeper = outcome.blocked.back();
  EXPECT_EQ(sleeper.name, "sleeper");
  return sleeper.evidence.size() == 1 ? sleeper.evidence[0] : Evidence();
}

void WakeThem(bool one) { kernel::ThreadWakeup(&event, one); }

TEST(WaitHistory, NobodyHasEverWokenIt) {
  const Evidence evidence = Explained([] {});
  EXPECT_THAT(evidence.what, MatchesRegex("it has slept since [0-9.]+ us; what it sleeps for was "
                                          "never woken"));
}

TEST(WaitHistory, AWakeupThatCameTooEarlyIsNamedWithItsStack) {
  const Evidence evidence = Explained([] { WakeThem(false); });
  EXPECT_THAT(evidence.what,
              MatchesRegex("it has slept since [0-9.]+ us; [0-9.]+ us before that main .thread 1. "
                           "woke what it sleeps for, which woke no thread; it was not woken "
                           "since, and a wakeup is not remembered"));
#ifndef __OPTIMIZE__
  ASSERT_FALSE(evidence.stack.Functions().empty());
  EXPECT_THAT(evidence.stack.Functions()[0], HasSubstr("WakeThem"));
#endif
}

TEST(WaitHistory, AWakeupOfAnotherIsNamed) {
  const Evidence evidence = Explained([] {
    kernel::Thread* first = kernel::ThreadStart({.name = "first"}, [] { SleepFor(&event); });
    kernel::Sleep(50 * kMicrosecond);
    WakeThem(true);
    kernel::ThreadJoin(first);
  });
  EXPECT_THAT(evidence.what, HasSubstr(" us later main (thread 1) woke one thread that slept for "
                                       "the same, and it was another"));
}

TEST(WaitHistory, WhoWaitsForALockOrAThreadDoesNotSleep) {
  Watching<WaitHistory> history;
  TimedStrategy timed;
  Outcome outcome = Simulation({}, &timed).Run([] {
    kernel::Mutex* lock = kernel::MutexAlloc("lock");
    kernel::MutexLock(lock);
    kernel::ThreadJoin(kernel::ThreadStart({.name = "other"}, [lock] { kernel::MutexLock(lock); }));
  });
  ASSERT_EQ(outcome.blocked.size(), 2u);
  history.Finish(&outcome);
  for (const BlockedThread& thread : outcome.blocked) EXPECT_TRUE(thread.evidence.empty());
}

}  // namespace
}  // namespace drydock::verify
