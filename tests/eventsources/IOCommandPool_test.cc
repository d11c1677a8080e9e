// tests/eventsources/IOCommandPool_test.cc
#include <IOKit/IOCommandPool.h>

#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace drydock {
namespace {

struct Pool {
  TestLoop* loop = TestLoop::Make();
  IOCommandPool* pool = IOCommandPool::withWorkLoop(loop);
  IOCommand* commands[2] = {new IOCommand, new IOCommand};

  ~Pool() {
    for (IOCommand* command : commands) command->release();
    pool->release();
    ReleaseAndJoin(loop);
  }
};

DRYDOCK_TEST(IOCommandPool, OB15TheLastReturnedIsTheFirstTaken) {
  Pool p;
  EXPECT_EQ(p.pool->getCommand(false), nullptr);
  p.pool->returnCommand(p.commands[0]);
  p.pool->returnCommand(p.commands[1]);
  EXPECT_EQ(p.pool->getCommand(), p.commands[1]);
  EXPECT_EQ(p.pool->getCommand(), p.commands[0]);
  EXPECT_EQ(p.pool->getCommand(false), nullptr);
}

DRYDOCK_TEST(IOCommandPool, WhoWaitsGetsWhatIsReturned) {
  Pool p;
  IOCommand* got[2] = {};
  kernel::Thread* waiters[2];
  for (int i = 0; i < 2; ++i) {
    waiters[i] = kernel::ThreadStart({.name = "waiter"}, [&, i] { got[i] = p.pool->getCommand(); });
  }
  kernel::Sleep(kernel::kMillisecond);
  for (const IOCommand* command : got) EXPECT_EQ(command, nullptr);
  p.pool->returnCommand(p.commands[0]);
  p.pool->returnCommand(p.commands[1]);
  for (kernel::Thread* waiter : waiters) kernel::ThreadJoin(waiter);
  EXPECT_NE(got[0], nullptr);
  EXPECT_NE(got[1], nullptr);
  EXPECT_NE(got[0], got[1]);
}

DRYDOCK_TEST(IOCommandPool, NoLoopNoPool) {
  EXPECT_EQ(IOCommandPool::withWorkLoop(nullptr), nullptr);
}

}  // namespace
}  // namespace drydock
