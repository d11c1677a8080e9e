// Faults in simulated code are panics of the simulated kernel.
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/simulation.h"

namespace drydock {
namespace {

struct Device {
  long pad[3];
  int value;
};
Device* volatile no_device = nullptr;
volatile int zero = 0;
volatile int sink = 0;

// Faults that a sanitizer would stop.
#define DRYDOCK_FAULTS __attribute__((noinline, no_sanitize("undefined")))

}  // namespace

DRYDOCK_FAULTS int TouchesNull() { return no_device->value; }
DRYDOCK_FAULTS void UsesItsDevice() {
  sink = TouchesNull();
  sink = 0;  // it is to come back here: not a tail call
}
DRYDOCK_FAULTS int DividesByZero() { return 1000 / zero; }
DRYDOCK_FAULTS int UsesUpItsStack(int depth) {
  volatile char room[1024];
  room[0] = static_cast<char>(depth);
  if (depth < 0) return 0;
  return UsesUpItsStack(depth + 1) + room[0];
}

namespace {

Outcome RunTimed(std::function<void()> body) {
  TimedStrategy timed;
  return Simulation(MachineOptions(), &timed).Run(std::move(body));
}

// A run after a crash is as good as any.
void ExpectTheNextRunToBeUnharmed() {
  int done = 0;
  const Outcome outcome = RunTimed(
      [&done] { kernel::ThreadJoin(kernel::ThreadStart({.name = "other"}, [&done] { ++done; })); });
  EXPECT_TRUE(outcome.ok()) << outcome.text;
  EXPECT_EQ(done, 1);
}

#if !defined(__SANITIZE_ADDRESS__)

TEST(Crash, NullPointerIsAPanicWithAStack) {
  for (int round = 0; round < 3; ++round) {
    const Outcome outcome = RunTimed([] {
      kernel::Sleep(kernel::kMillisecond);
      UsesItsDevice();
    });
    EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
    EXPECT_EQ(outcome.text, "a fault at address 24: a null pointer");
    ASSERT_FALSE(outcome.stack.Functions().empty());
    EXPECT_EQ(outcome.stack.Functions()[0], "drydock::TouchesNull()");
#ifndef __OPTIMIZE__  // a leaf has no frame then, so its caller is missing
    ASSERT_GE(outcome.stack.Functions().size(), 2u);
    EXPECT_EQ(outcome.stack.Functions()[1], "drydock::UsesItsDevice()");
#endif
    ExpectTheNextRunToBeUnharmed();
  }
}

TEST(Crash, DivisionByZeroIsAPanic) {
  const Outcome outcome = RunTimed([] { sink = DividesByZero(); });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
  EXPECT_EQ(outcome.text, "a division by zero");
  ExpectTheNextRunToBeUnharmed();
}

TEST(Crash, AbortIsAPanic) {
  for (int round = 0; round < 3; ++round) {
    const Outcome outcome = RunTimed([] { std::abort(); });
    EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
    EXPECT_EQ(outcome.text, "abort() was called");
    ExpectTheNextRunToBeUnharmed();
  }
}

TEST(Crash, UsedUpStackIsAPanic) {
  const Outcome outcome = RunTimed([] { sink = UsesUpItsStack(0); });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
  EXPECT_EQ(outcome.text, "the thread's stack of 256 KiB is used up");
  ASSERT_FALSE(outcome.stack.Functions().empty());
  EXPECT_EQ(outcome.stack.Functions()[0], "drydock::UsesUpItsStack()");
  ExpectTheNextRunToBeUnharmed();
}

TEST(Crash, FaultOfAnInterruptHandlerIsAPanic) {
  const Outcome outcome = RunTimed([] {
    kernel::InterruptInstall(
        4, kernel::Trigger::kEdge, [](void*, int) { sink = TouchesNull(); }, nullptr);
    kernel::InterruptUnmask(4);
    kernel::InterruptRaise(4);
    kernel::Sleep(kernel::kMillisecond);
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
  ASSERT_FALSE(outcome.stack.Functions().empty());
  EXPECT_EQ(outcome.stack.Functions()[0], "drydock::TouchesNull()");
  ExpectTheNextRunToBeUnharmed();
}

TEST(CrashDeathTest, FaultOutsideOfARunEndsTheProcess) {
  ExpectTheNextRunToBeUnharmed();  // the handlers are there
  EXPECT_EXIT(sink = TouchesNull(), ::testing::KilledBySignal(SIGSEGV), "");
  EXPECT_EXIT(std::abort(), ::testing::KilledBySignal(SIGABRT), "");
}

TEST(Crash, ExceptionThatNobodyCatchesIsAPanic) {
  const Outcome outcome = RunTimed([] { throw std::runtime_error("no such endpoint"); });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
  EXPECT_EQ(outcome.text, "an uncaught exception: no such endpoint");
  ExpectTheNextRunToBeUnharmed();
}

#endif  // a sanitizer's own reports are better

TEST(Crash, ExceptionThatIsCaughtIsNobodysBusiness) {
  bool caught = false;
  const Outcome outcome = RunTimed([&caught] {
    try {
      throw std::runtime_error("no such endpoint");
    } catch (const std::runtime_error&) {
      caught = true;
    }
  });
  EXPECT_TRUE(outcome.ok());
  EXPECT_TRUE(caught);
}

}  // namespace
}  // namespace drydock
