// The funnels of 2003. (workloop.md 8.3)
#include "scheduler/kernel/funnel.h"

#include <vector>

#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/thread_call.h"
#include "scheduler/kernel/wait.h"
#include "tests/drydock_test.h"

namespace drydock::kernel {
namespace {

DRYDOCK_TEST_2003(Funnel, KeepsOthersOutUntilItIsGivenBack) {
  int inside = 0;
  std::vector<Thread*> threads;
  for (int i = 0; i < 3; ++i) {
    threads.push_back(ThreadStart({.name = "bsd"}, [&inside] {
      for (int round = 0; round < 3; ++round) {
        EXPECT_FALSE(FunnelSet(Funnel::kKernel, true));
        EXPECT_EQ(++inside, 1);
        Delay(100 * kMicrosecond);
        EXPECT_EQ(inside--, 1);
        EXPECT_TRUE(FunnelSet(Funnel::kKernel, false));
      }
    }));
  }
  for (Thread* thread : threads) ThreadJoin(thread);
}

DRYDOCK_TEST_2003(Funnel, TakenTwiceIsStillHeldOnce) {
  EXPECT_FALSE(FunnelSet(Funnel::kNetwork, true));
  EXPECT_TRUE(FunnelSet(Funnel::kNetwork, true));
  EXPECT_EQ(CurrentFunnel(), Funnel::kNetwork);
  EXPECT_TRUE(FunnelSet(Funnel::kNetwork, false));
  EXPECT_EQ(CurrentFunnel(), Funnel::kNone);
}

DRYDOCK_TEST_2003(Funnel, TheTwoDoNotExcludeEachOther) {
  bool other_is_inside = false;
  FunnelSet(Funnel::kKernel, true);
  Thread* other = ThreadStart({.name = "network"}, [&other_is_inside] {
    FunnelSet(Funnel::kNetwork, true);
    other_is_inside = true;
    FunnelSet(Funnel::kNetwork, false);
  });
  // Blocking would give the kernel funnel up.
  while (!other_is_inside) Delay(10 * kMicrosecond);
  EXPECT_EQ(CurrentFunnel(), Funnel::kKernel);
  FunnelSet(Funnel::kKernel, false);
  ThreadJoin(other);
}

DRYDOCK_TEST_2003(Funnel, IsGivenUpWhileItsHolderBlocksAndHeldAgainAfterwards) {
  bool other_was_inside = false;
  FunnelSet(Funnel::kKernel, true);
  Thread* other = ThreadStart({.name = "other"}, [&other_was_inside] {
    FunnelSet(Funnel::kKernel, true);
    other_was_inside = true;
    Delay(5 * kMillisecond);
    FunnelSet(Funnel::kKernel, false);
  });
  const Time before = Now();
  while (!other_was_inside) Sleep(100 * kMicrosecond);
  // The sleep was over long ago; the other's time in the funnel was not.
  EXPECT_GE(Now() - before, 5 * kMillisecond);
  EXPECT_EQ(CurrentFunnel(), Funnel::kKernel);
  FunnelSet(Funnel::kKernel, false);
  ThreadJoin(other);
}

DRYDOCK_TEST_2003(Funnel, WaitForItDoesNotChangeTheResultOfTheWaitThatGaveItUp) {
  FunnelSet(Funnel::kKernel, true);
  Thread* other = ThreadStart({.name = "other"}, [] {
    FunnelSet(Funnel::kKernel, true);
    Delay(5 * kMillisecond);
    FunnelSet(Funnel::kKernel, false);
  });
  const int event = 0;
  AssertWait(&event, Interruptible::kUninterruptible, Now() + kMillisecond,
             {"waits for the test", "", 0, nullptr});
  EXPECT_EQ(ThreadBlock(), WaitResult::kTimedOut);
  FunnelSet(Funnel::kKernel, false);
  ThreadJoin(other);
}

DRYDOCK_TEST_2003(Funnel, EndOfItsHolderGivesItBack) {
  ThreadJoin(ThreadStart({.name = "holder"}, [] { FunnelSet(Funnel::kKernel, true); }));
  FunnelSet(Funnel::kKernel, true);
  FunnelSet(Funnel::kKernel, false);
}

DRYDOCK_TEST_2003(Funnel, ThreadCallThatReturnsWithItGivesItBack) {
  ThreadCall* call = ThreadCallAllocate([](void*, void*) { FunnelSet(Funnel::kKernel, true); },
                                        nullptr, ThreadCallPriority::kHigh, 0);
  ThreadCallEnter(call, nullptr);
  Sleep(kMillisecond);
  FunnelSet(Funnel::kKernel, true);
  FunnelSet(Funnel::kKernel, false);
  ThreadCallFree(call);
}

// What a panic of `body` says on a machine of that profile.
std::string PanicOf(Profile profile, const std::function<void()>& body) {
  TimedStrategy timed;
  return Simulation({.profile = profile}, &timed).Run(body).text;
}

TEST(Funnel, SecondFunnelPanics) {
  EXPECT_EQ(PanicOf(Profile::kHistoric,
                    [] {
                      FunnelSet(Funnel::kKernel, true);
                      FunnelSet(Funnel::kNetwork, true);
                    }),
            "a thread takes a second funnel");
}

TEST(Funnel, GivingBackWhatIsNotHeldPanics) {
  EXPECT_EQ(PanicOf(Profile::kHistoric, [] { FunnelSet(Funnel::kKernel, false); }),
            "a thread gives back a funnel that it does not hold");
}

TEST(Funnel, ModernKernelsHaveNone) {
  EXPECT_EQ(PanicOf(Profile::kModern, [] { FunnelSet(Funnel::kKernel, true); }),
            "this kernel has no funnels: it is not of 2003");
}

}  // namespace
}  // namespace drydock::kernel
