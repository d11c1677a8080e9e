// Circles in the order in which threads take locks.
#include "verify/lock_order_checker.h"

#include <functional>
#include <vector>

#include "gtest/gtest.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/simulation.h"
#include "verify/watch.h"

namespace drydock::verify {
namespace {

using Steps = std::vector<std::function<void()>>;

// Runs each on a thread of its own, one after another, so that no thread waits for a lock.
Outcome RunInTurn(const std::function<Steps()> &make_steps, uint64_t *orders = nullptr) {
  const Watching<LockOrderChecker> checker;
  TimedStrategy timed;
  Outcome outcome = Simulation({}, &timed).Run([&] {
    for (const std::function<void()> &step : make_steps()) {
      kernel::ThreadJoin(kernel::ThreadStart({.name = "one of them"}, step));
    }
  });
  EXPECT_TRUE(outcome.ok()) << outcome.text;
  if (orders != nullptr) *orders = checker.orders();
  return outcome;
}

void Take(std::vector<kernel::Mutex *> mutexes) {
  for (kernel::Mutex *mutex : mutexes) kernel::MutexLock(mutex);
  for (kernel::Mutex *mutex : mutexes) kernel::MutexUnlock(mutex);
}

TEST(LockOrderChecker, TwoOrdersAreFoundThoughTheyDidNotMeet) {
  const Outcome outcome = RunInTurn([]() -> Steps {
    kernel::Mutex *a = kernel::MutexAlloc("a"), *b = kernel::MutexAlloc("b");
    return {[=] { Take({a, b}); }, [=] { Take({b, a}); }, [=] { Take({a, b}); }};
  });
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(outcome.findings[0].name, "lock-order-cycle");
  EXPECT_EQ(outcome.findings[0].sentence,
            "threads take locks in a circle, and may come to wait for each other: one takes a "
            "while it holds b, one takes b while it holds a");
  ASSERT_EQ(outcome.findings[0].evidence.size(), 2u);
  EXPECT_EQ(outcome.findings[0].evidence[0].what, "a taken while b is held");
  EXPECT_FALSE(outcome.findings[0].evidence[0].stack.empty());
  EXPECT_FALSE(outcome.findings[0].evidence[1].stack.empty());
}

TEST(LockOrderChecker, ACircleOfThreeIsFound) {
  const Outcome outcome = RunInTurn([]() -> Steps {
    kernel::Mutex *a = kernel::MutexAlloc("a"), *b = kernel::MutexAlloc("b"),
                  *c = kernel::MutexAlloc("c");
    return {[=] { Take({a, b}); }, [=] { Take({b, c}); }, [=] { Take({c, a}); }};
  });
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(outcome.findings[0].evidence.size(), 3u);
}

TEST(LockOrderChecker, OneOrderIsFine) {
  uint64_t orders = 0;
  const Outcome outcome = RunInTurn(
      []() -> Steps {
        kernel::Mutex *a = kernel::MutexAlloc("a"), *b = kernel::MutexAlloc("b"),
                      *c = kernel::MutexAlloc("c");
        return {[=] { Take({a, b, c}); }, [=] { Take({b, c}); }, [=] { Take({a, c}); }};
      },
      &orders);
  EXPECT_TRUE(outcome.findings.empty());
  EXPECT_EQ(orders, 5u);
}

TEST(LockOrderChecker, OneThreadDoesNotWaitForItself) {
  const Outcome outcome = RunInTurn([]() -> Steps {
    kernel::Mutex *a = kernel::MutexAlloc("a"), *b = kernel::MutexAlloc("b");
    return {[=] {
      Take({a, b});
      Take({b, a});
    }};
  });
  EXPECT_TRUE(outcome.findings.empty());
}

TEST(LockOrderChecker, ALockThatBothHoldKeepsThemApart) {
  const Outcome outcome = RunInTurn([]() -> Steps {
    kernel::Mutex *a = kernel::MutexAlloc("a"), *b = kernel::MutexAlloc("b"),
                  *gate = kernel::MutexAlloc("gate");
    return {[=] { Take({gate, a, b}); }, [=] { Take({gate, b, a}); }};
  });
  EXPECT_TRUE(outcome.findings.empty());
}

TEST(LockOrderChecker, WhoTriesDoesNotWait) {
  const Outcome outcome = RunInTurn([]() -> Steps {
    kernel::Mutex *a = kernel::MutexAlloc("a"), *b = kernel::MutexAlloc("b");
    return {[=] {
              Take({a, b});
            },
            [=] {
              kernel::MutexLock(b);
              EXPECT_TRUE(kernel::MutexTryLock(a));
              kernel::MutexUnlock(a);
              kernel::MutexUnlock(b);
            }};
  });
  EXPECT_TRUE(outcome.findings.empty());
}

}  // namespace
}  // namespace drydock::verify
