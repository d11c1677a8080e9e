// Call stacks of what goes wrong: the functions that stand on them, innermost first.
#include "symbols/call_stack.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/wait.h"
#include "scheduler/simulation.h"

// Functions of a driver; a call follows each call, so that none is the last and made a jump.
constexpr int kLineOfMisuse = __LINE__ + 2;
[[gnu::noinline]] int MisusesTheApi(int depth) {
  drydock::kernel::Misuse("test-rule", "a sentence");
  return depth + 1;
}
[[gnu::noinline]] int PanicsTheKernel(int) { drydock::kernel::Panic("the end"); }
[[gnu::noinline]] int WaitsForEver(int depth) {
  const int event = 0;
  drydock::kernel::AssertWait(&event, drydock::kernel::Interruptible::kUninterruptible, 0,
                              {"waits for", "nothing", 0, nullptr});
  drydock::kernel::ThreadBlock();
  return depth + 1;
}
[[gnu::noinline]] int CallsAnother(int (*function)(int)) { return function(1) + 1; }
int called = 0;

namespace drydock {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

Outcome RunTimed(std::function<void()> body) {
  TimedStrategy strategy;
  return Simulation(MachineOptions(), &strategy).Run(std::move(body));
}

// What is on the stack above the test itself.
std::vector<std::string> Above(const CallStack& stack) {
  std::vector<std::string> functions;
  for (std::string& function : stack.Functions()) {
    if (function.find("CallStack_") != std::string::npos) break;
    functions.push_back(std::move(function));
  }
  return functions;
}

TEST(CallStack, OfAFindingNamesTheFunctionThatBrokeTheRule) {
  const Outcome outcome = RunTimed([] { called = CallsAnother(&MisusesTheApi); });
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_THAT(Above(outcome.findings[0].stack), ElementsAre("MisusesTheApi()", "CallsAnother()"));
}

TEST(CallStack, IsDescribedWithFilesAndLines) {
  const Outcome outcome = RunTimed([] { called = CallsAnother(&MisusesTheApi); });
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_THAT(
      DescribeStack(outcome.findings[0].stack, "  "),
      StartsWith(absl::StrCat("  MisusesTheApi() (tests/symbols/call_stack_test.cc:", kLineOfMisuse,
                              ")\n  CallsAnother() (tests/symbols/call_stack_test.cc:")));
}

TEST(CallStack, OfAPanicNamesTheFunctionThatPanicked) {
  const Outcome outcome = RunTimed([] { called = CallsAnother(&PanicsTheKernel); });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
  EXPECT_THAT(Above(outcome.stack), ElementsAre("PanicsTheKernel()", "CallsAnother()"));
}

TEST(CallStack, OfABlockedThreadNamesTheFunctionThatWaits) {
  const Outcome outcome = RunTimed([] {
    kernel::ThreadStart({.name = "waiter"}, [] { called = CallsAnother(&WaitsForEver); });
  });
  ASSERT_EQ(outcome.blocked.size(), 1u);
  EXPECT_THAT(Above(outcome.blocked[0].stack), ElementsAre("WaitsForEver()", "CallsAnother()"));
}

TEST(CallStack, OfAnInterruptHandlerIsItsOwn) {
  const Outcome outcome = RunTimed([] {
    kernel::InterruptInstall(
        3, kernel::Trigger::kEdge, [](void*, int) { called = CallsAnother(&MisusesTheApi); },
        nullptr);
    kernel::InterruptUnmask(3);
    kernel::InterruptRaise(3);
    kernel::Sleep(kernel::kMillisecond);
  });
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_THAT(Above(outcome.findings[0].stack), ElementsAre("MisusesTheApi()", "CallsAnother()"));
}

// Lookups need more than the rest of a stack that is nearly used up.
[[gnu::noinline]] size_t FramesFromTheEndOfTheStack(const void* instruction) {
  volatile char most_of_the_stack[180 * 1024];
  most_of_the_stack[0] = 1;
  return FramesAt(instruction).size() + static_cast<size_t>(most_of_the_stack[0]);
}

TEST(CallStack, CanBeReadFromASimulatedThreadWithLittleStackLeft) {
  size_t frames = 0;
  const Outcome outcome = RunTimed(
      [&] { frames = FramesFromTheEndOfTheStack(reinterpret_cast<const void*>(&RunTimed)); });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kQuiet);
  EXPECT_EQ(frames, 2u);
}

TEST(CallStack, OutsideOfRunsIsEmpty) {
  EXPECT_THAT(CallStack().Functions(), IsEmpty());
  EXPECT_EQ(DescribeStack(CallStack(), "  "), "");
}

TEST(CallStack, WalkStaysInsideTheStack) {
  // A chain of two records whose second points out of the stack, and one that points to itself.
  const void* stack[4] = {&stack[2], nullptr, &stack[4], nullptr};
  EXPECT_FALSE(CallStack::Walk(&stack[0], &stack[0], &stack[4]).empty());
  EXPECT_TRUE(CallStack::Walk(&stack[0], &stack[1], &stack[4]).empty());
  EXPECT_TRUE(CallStack::Walk(nullptr, &stack[0], &stack[4]).empty());
  stack[2] = &stack[2];
  EXPECT_FALSE(CallStack::Walk(&stack[0], &stack[0], &stack[4]).empty());
}

}  // namespace
}  // namespace drydock
