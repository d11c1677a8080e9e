// One work loop stacked on another, as under a RAID set, which has a loop of its own above those of
// its members: requests go down through both gates, completions come up.
#include <string>
#include <vector>

#include <IOKit/IOCommandGate.h>
#include <IOKit/IOInterruptEventSource.h>

#include "explore/random_walk.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/simulation.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"
#include "workloop/work_loop_name.h"

namespace drydock {

class RaidSet : public TestOwner {
  OSDeclareDefaultStructors(RaidSet)
};
OSDefineMetaClassAndStructors(RaidSet, TestOwner)

class Member : public TestOwner {
  OSDeclareDefaultStructors(Member)
};
OSDefineMetaClassAndStructors(Member, TestOwner)

namespace {

using kernel::kMicrosecond;

// A loop with a gate and a source that completions signal, of an owner of class Owner.
template <typename Owner>
struct Layer {
  Owner* owner = new Owner;
  IOWorkLoop* loop = IOWorkLoop::workLoop();
  IOCommandGate* gate = IOCommandGate::commandGate(owner);
  IOInterruptEventSource* completions = nullptr;
  std::function<void(int)> on_completion;

  Layer() {
    loop->addEventSource(gate);
    completions = IOInterruptEventSource::interruptEventSource(owner, &Completed);
    completions->setRefcon(this);
    loop->addEventSource(completions);
  }
  ~Layer() {
    loop->removeEventSource(completions);
    loop->removeEventSource(gate);
    completions->release();
    gate->release();
    ReleaseAndJoin(loop);
    owner->release();
  }
  static void Completed(OSObject*, IOInterruptEventSource* sender, int count) {
    static_cast<Layer*>(sender->getRefcon())->on_completion(count);
  }
};

struct Stack {
  Layer<RaidSet> set;
  Layer<Member> member;

  // In both gates, from the top down: what a request does.
  void Request(const std::function<void()>& body) {
    RunIn(set.gate, [&] {
      kernel::Delay(kMicrosecond);
      return RunIn(member.gate, [&] {
        kernel::Delay(kMicrosecond);
        body();
        return kIOReturnSuccess;
      });
    });
  }
};

// Requests go down holding the set's gate; a completion, in the member's, signals a source of the
// set's loop and waits for nothing.
DRYDOCK_TEST(StackedLoops, CompletionsThatSignalTheLoopAboveNeverDeadlock) {
  constexpr int kRequests = 6;
  Stack stack;
  int completed = 0;
  stack.set.on_completion = [&](int count) { completed += count; };
  stack.member.on_completion = [&](int count) {
    for (int i = 0; i < count; ++i) {
      stack.set.completions->interruptOccurred(nullptr, nullptr, 0);
    }
  };
  std::vector<kernel::Thread*> clients;
  for (int client = 0; client < 2; ++client) {
    clients.push_back(StartClient([&] {
      for (int i = 0; i < kRequests / 2; ++i) {
        stack.Request([&] { stack.member.completions->interruptOccurred(nullptr, nullptr, 0); });
      }
    }));
  }
  for (kernel::Thread* client : clients) kernel::ThreadJoin(client);
  WaitUntil([&] { return completed == kRequests; });
}

// A run of the wrong way: completions call up into the set's gate.
Outcome RunUpAndDown(Strategy* strategy) {
  return Simulation(MachineOptions(), strategy).Run([] {
    Stack stack;
    int completed = 0;
    stack.set.on_completion = [](int) {};
    stack.member.on_completion = [&](int) {
      kernel::Delay(kMicrosecond);
      RunIn(stack.set.gate, [&] {
        ++completed;
        return kIOReturnSuccess;
      });
    };
    kernel::Thread* client = StartClient([&] {
      for (int i = 0; i < 4; ++i) {
        stack.Request([&] { stack.member.completions->interruptOccurred(nullptr, nullptr, 0); });
      }
    });
    kernel::ThreadJoin(client);
  });
}

TEST(StackedLoops, CallsUpAndDownAreADeadlockThatNamesGatesThreadsAndActions) {
  int deadlocks = 0;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    RandomWalk random(seed);
    const Outcome outcome = RunUpAndDown(&random);
    if (outcome.ok()) continue;
    ++deadlocks;
    EXPECT_EQ(outcome.kind, Outcome::Kind::kBlocked);
    ASSERT_EQ(outcome.findings.size(), 1u);
    EXPECT_EQ(outcome.findings[0].name, "deadlock");
    const std::string client = "client, in the action of IOCommandGate of RaidSet, ";
    const std::string member = "Member, in the action of IOInterruptEventSource of Member, ";
    const std::string down = "waits for lock Member gate, held by ";
    const std::string up = "waits for lock RaidSet gate, held by ";
    EXPECT_TRUE(outcome.findings[0].sentence == client + down + member + "which " + up + "client" ||
                outcome.findings[0].sentence == member + up + client + "which " + down + "Member")
        << outcome.findings[0].sentence;
    // The work loop's thread is a daemon: no other report shows where it stands.
    ASSERT_EQ(outcome.findings[0].evidence.size(), 1u);
    const Evidence& other = outcome.findings[0].evidence[0];
    EXPECT_TRUE(other.what == "Member waits for lock RaidSet gate and holds Member gate" ||
                other.what == "client waits for lock Member gate and holds RaidSet gate")
        << other.what;
    EXPECT_FALSE(other.stack.Functions().empty());
  }
  EXPECT_GT(deadlocks, 10);
  EXPECT_LT(deadlocks, 200);
}

// Each of `locks` is taken by a thread that then wants the next.
Outcome RunCircle(int locks, int bystanders) {
  TimedStrategy timed;
  return Simulation({.cpus = 4}, &timed).Run([=] {
    for (int i = 0; i < locks; ++i) {
      static kernel::Mutex* mutexes[4];
      mutexes[i] = kernel::MutexAlloc("lock " + std::to_string(i));
      kernel::ThreadStart({.name = "thread " + std::to_string(i)}, [=] {
        kernel::MutexLock(mutexes[i]);
        kernel::Sleep(kernel::kMillisecond);
        kernel::MutexLock(mutexes[(i + 1) % locks]);
      });
      if (i < bystanders) {
        kernel::ThreadStart({.name = "bystander"}, [=] {
          kernel::Sleep(2 * kernel::kMillisecond);
          kernel::MutexLock(mutexes[i]);
        });
      }
    }
  });
}

TEST(StackedLoops, CirclesOfLocksAreFoundOnceWhateverTheirLength) {
  for (const int locks : {2, 3, 4}) {
    const Outcome outcome = RunCircle(locks, /*bystanders=*/2);
    EXPECT_EQ(outcome.kind, Outcome::Kind::kBlocked);
    ASSERT_EQ(outcome.findings.size(), 1u);
    for (int i = 0; i < locks; ++i) {
      const std::string held =
          "lock lock " + std::to_string(i) + ", held by thread " + std::to_string(i);
      EXPECT_NE(outcome.findings[0].sentence.find(held), std::string::npos)
          << outcome.findings[0].sentence;
    }
  }
}

}  // namespace
}  // namespace drydock
