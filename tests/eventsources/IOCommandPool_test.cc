// Command pools: order, blocking callers, and the end of a pool.
#include <IOKit/IOCommandPool.h>

#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace drydock {
namespace {

IOCommand* MakeCommand() {
  auto* command = new IOCommand;
  EXPECT_TRUE(command->init());
  return command;
}

struct LoopWithPool {
  IOWorkLoop* loop = IOWorkLoop::workLoop();
  IOCommandPool* pool = IOCommandPool::withWorkLoop(loop);

  void Fill(int commands) {
    for (int i = 0; i < commands; ++i) pool->returnCommand(MakeCommand());
  }
  ~LoopWithPool() {
    while (IOCommand* command = pool->getCommand(false)) command->release();
    pool->release();
    if (loop != nullptr) ReleaseAndJoin(loop);
  }
};

DRYDOCK_TEST(IOCommandPool, NoLoopNoPool) {
  EXPECT_EQ(IOCommandPool::withWorkLoop(nullptr), nullptr);
}

DRYDOCK_TEST(IOCommandPool, OB15EmptyPoolGivesNullAndTheLastReturnedComesFirst) {
  LoopWithPool t;
  EXPECT_EQ(t.pool->getCommand(false), nullptr);
  IOCommand* const commands[] = {MakeCommand(), MakeCommand(), MakeCommand()};
  for (IOCommand* command : commands) t.pool->returnCommand(command);
  for (int i = 2; i >= 0; --i) {
    IOCommand* command = t.pool->getCommand(false);
    EXPECT_EQ(command, commands[i]);
    command->release();
  }
  EXPECT_EQ(t.pool->getCommand(false), nullptr);
}

DRYDOCK_TEST(IOCommandPool, CallersWaitForCommandsAndNoSignalSendsThemAway) {
  LoopWithPool t;
  std::vector<IOCommand*> got;
  std::vector<kernel::Thread*> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(StartClient([&] { got.push_back(t.pool->getCommand()); }));
  }
  for (kernel::Thread* client : clients) {
    WaitUntil([&] { return kernel::ThreadIsBlocked(client); });
    kernel::ThreadAbort(client, /*safely=*/false);
  }
  kernel::Sleep(kernel::kMillisecond);
  EXPECT_TRUE(got.empty());
  t.Fill(3);
  for (kernel::Thread* client : clients) kernel::ThreadJoin(client);
  ASSERT_EQ(got.size(), 3u);
  EXPECT_NE(got[0], got[1]);
  EXPECT_NE(got[1], got[2]);
  EXPECT_NE(got[2], got[0]);
  for (IOCommand* command : got) t.pool->returnCommand(command);
}

DRYDOCK_TEST(IOCommandPool, NeverMoreCommandsAreOutThanThereAre) {
  LoopWithPool t;
  t.Fill(2);
  int out = 0, most = 0;
  std::vector<kernel::Thread*> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(StartClient([&] {
      for (int round = 0; round < 5; ++round) {
        IOCommand* command = t.pool->getCommand();
        most = std::max(most, ++out);
        kernel::Delay(kernel::kMicrosecond);
        --out;
        t.pool->returnCommand(command);
      }
    }));
  }
  for (kernel::Thread* client : clients) kernel::ThreadJoin(client);
  EXPECT_LE(most, 2);
}

DRYDOCK_TEST(IOCommandPool, WorkLoopIsNotNamedAfterAPool) {
  LoopWithPool t;
  EXPECT_STREQ(kernel::ThreadName(t.loop->getThread()), "IOWorkLoop");
  TestOwner* owner = TestOwner::Make();
  IOCommandGate* gate = IOCommandGate::commandGate(owner);
  t.loop->addEventSource(gate);
  EXPECT_STREQ(kernel::ThreadName(t.loop->getThread()), "TestOwner");
  t.loop->removeEventSource(gate);
  gate->release();
  owner->release();
}

DRYDOCK_TEST(IOCommandPool, PoolOfALoopThatHasGoneHasNoCommands) {
  LoopWithPool t;
  ReleaseAndJoin(t.loop);
  t.loop = nullptr;
  EXPECT_EQ(t.pool->getCommand(), nullptr);
}

}  // namespace
}  // namespace drydock
