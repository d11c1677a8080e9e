// Priority inversions, and the promotions that prevent them.
#include "verify/inversion_checker.h"

#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/simulation.h"
#include "verify/watch.h"

namespace drydock::verify {
namespace {

using kernel::kMicrosecond;
using kernel::kMillisecond;

// On one CPU: `low` holds a lock, `high` comes to want it, and then there is something to do for
// `other`.
Outcome RunThree(int other, bool promotes) {
  const Watching<InversionChecker> checker;
  TimedStrategy timed;
  return Simulation({.cpus = 1}, &timed).Run([&] {
    kernel::Mutex* lock = kernel::MutexAlloc("the lock");
    kernel::MutexSetPromotes(lock, promotes);
    kernel::Thread* threads[] = {
        kernel::ThreadStart({.name = "high", .priority = 79},
                            [lock] {
                              kernel::Sleep(200 * kMicrosecond);
                              kernel::MutexLock(lock);
                              kernel::MutexUnlock(lock);
                            }),
        kernel::ThreadStart({.name = "other", .priority = other},
                            [] {
                              kernel::Sleep(300 * kMicrosecond);
                              kernel::Delay(kMillisecond);
                            }),
        kernel::ThreadStart({.name = "low", .priority = 20},
                            [lock] {
                              kernel::MutexLock(lock);
                              kernel::Delay(kMillisecond);
                              kernel::MutexUnlock(lock);
                            }),
    };
    for (kernel::Thread* thread : threads) kernel::ThreadJoin(thread);
  });
}

TEST(InversionChecker, WhoRunsBetweenTheTwoIsNamed) {
  const Outcome outcome = RunThree(60, /*promotes=*/false);
  ASSERT_TRUE(outcome.ok());
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(outcome.findings[0].name, "priority-inversion");
  EXPECT_EQ(outcome.findings[0].sentence,
            "high (79) waits for the lock, and so for low (20), which has no CPU because other "
            "(60) has it");
}

TEST(InversionChecker, PromotionCuresIt) {
  EXPECT_TRUE(RunThree(60, /*promotes=*/true).findings.empty());
}

TEST(InversionChecker, WhoIsBelowBothTakesNothingFromThem) {
  EXPECT_TRUE(RunThree(10, /*promotes=*/false).findings.empty());
}

// It is above both, and has a right to the CPU.
TEST(InversionChecker, WhoIsAboveBothInvertsNothing) {
  EXPECT_TRUE(RunThree(94, /*promotes=*/false).findings.empty());
}

}  // namespace
}  // namespace drydock::verify
