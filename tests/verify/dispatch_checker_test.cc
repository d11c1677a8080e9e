// Events of a thread that the dispatcher should not have chosen.
#include "verify/dispatch_checker.h"

#include "gtest/gtest.h"
#include "tests/verify/finding_list.h"
#include "trace/event_values.h"

namespace drydock::verify {
namespace {

using trace::Context;
using trace::Event;
using trace::EventKind;

Event Of(EventKind kind, uint32_t other, uint64_t value) {
  Event event;
  event.kind = kind;
  event.other = other;
  event.value = value;
  return event;
}

Event By(trace::ThreadId thread, uint8_t priority, EventKind kind,
         trace::LockMode mode = trace::LockMode::kMutex) {
  Event event;
  event.kind = kind;
  event.context = Context::kThread;
  event.thread = thread;
  event.priority = priority;
  event.value = trace::LockUse(mode);
  return event;
}

class DispatchCheckerTest : public ::testing::Test {
 protected:
  DispatchCheckerTest() {
    checker_.OnEvent(Of(EventKind::kThreadRunnable, 1, 31));
    checker_.OnEvent(Of(EventKind::kThreadRun, 1, 31));
    SetUserMode(true);
    checker_.OnEvent(Of(EventKind::kThreadRunnable, 2, 81));
  }
  void SetUserMode(bool user) {
    Event event = By(1, 31, EventKind::kUserMode);
    event.value = user ? 1 : 0;
    checker_.OnEvent(event);
  }
  Listed<DispatchChecker> checker_;
};

TEST_F(DispatchCheckerTest, ALowerThreadActingIsABreach) {
  checker_.OnEvent(By(1, 31, EventKind::kLog));
  ASSERT_EQ(checker_.findings().size(), 1u);
  EXPECT_EQ(checker_.findings()[0].sentence,
            "thread 1 at priority 31 did 'log' at 0 ns while a runnable thread of priority 81 had "
            "no CPU");
}

TEST_F(DispatchCheckerTest, AThreadWithACpuOrOfEqualPriorityIsNone) {
  checker_.OnEvent(Of(EventKind::kThreadRun, 2, 81));
  checker_.OnEvent(By(1, 31, EventKind::kLog));
  checker_.OnEvent(Of(EventKind::kThreadRunnable, 3, 31));
  checker_.OnEvent(By(1, 31, EventKind::kLog));
  EXPECT_TRUE(checker_.findings().empty());
  EXPECT_EQ(checker_.checks(), 2u);
}

TEST_F(DispatchCheckerTest, ASpinLockHolderIsExemptUntilItLetsGo) {
  checker_.OnEvent(By(1, 31, EventKind::kLockAcquire, trace::LockMode::kSpin));
  checker_.OnEvent(By(1, 31, EventKind::kLog));
  checker_.OnEvent(By(1, 31, EventKind::kLockRelease, trace::LockMode::kSpin));
  EXPECT_TRUE(checker_.findings().empty());
  checker_.OnEvent(By(1, 31, EventKind::kLog));
  EXPECT_EQ(checker_.findings().size(), 1u);
}

TEST_F(DispatchCheckerTest, KernelCodeMakesWayForUrgentThreadsOnly) {
  SetUserMode(false);
  checker_.OnEvent(By(1, 31, EventKind::kLog));
  EXPECT_TRUE(checker_.findings().empty());
  checker_.OnEvent(Of(EventKind::kThreadRunnable, 3, 92));
  checker_.OnEvent(By(1, 31, EventKind::kLog));
  EXPECT_EQ(checker_.findings().size(), 1u);
}

TEST_F(DispatchCheckerTest, RealTimeThreadsGoByTheirDeadlines) {
  checker_.OnEvent(Of(EventKind::kThreadRun, 2, 81));
  checker_.OnEvent(Of(EventKind::kThreadRunnable, 3, 99));
  checker_.OnEvent(By(4, 97, EventKind::kLog));
  EXPECT_TRUE(checker_.findings().empty());
}

TEST_F(DispatchCheckerTest, AChangeOfPriorityCounts) {
  checker_.OnEvent(Of(EventKind::kThreadPriority, 2, 20));
  checker_.OnEvent(By(1, 31, EventKind::kLog));
  EXPECT_TRUE(checker_.findings().empty());
}

}  // namespace
}  // namespace drydock::verify
