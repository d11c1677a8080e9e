// Every kind of source of one work loop, used by several threads at the same time. What the gate
// guards here are plain variables: on host threads ThreadSanitizer tells whether it does.
#include <array>
#include <atomic>
#include <vector>

#include <IOKit/IOCommandGate.h>
#include <IOKit/IOInterruptEventSource.h>
#include <IOKit/IOTimerEventSource.h>
#include <IOKit/IOWorkLoop.h>

#include "gtest/gtest.h"
#include "scheduler/kernel/atomic_section.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace drydock {

class ParallelOwner : public OSObject {
  OSDeclareDefaultStructors(ParallelOwner)

 public:
  // All guarded by the gate.
  int runs;
  int interrupts;
  int expiries;
  int credit;  // what sleepers wait for
};
OSDefineMetaClassAndStructors(ParallelOwner, OSObject)

namespace {

ParallelOwner* In(OSObject* owner) { return static_cast<ParallelOwner*>(owner); }

IOReturn CountRun(OSObject* owner, void*, void*, void*, void*) {
  ++In(owner)->runs;
  return kIOReturnSuccess;
}

void CountInterrupts(OSObject* owner, IOInterruptEventSource*, int count) {
  In(owner)->interrupts += count;
}

void CountExpiry(OSObject* owner, IOTimerEventSource*) { ++In(owner)->expiries; }

// On host threads there is one schedule for each run: it should be long.
int Times(int simulated) { return kernel::kParallel ? 200 * simulated : simulated; }

// A loop with one of each.
struct Fixture {
  Fixture() {
    loop->addEventSource(gate);
    loop->addEventSource(interrupt);
    interrupt->enable();
    for (IOTimerEventSource* timer : timers) loop->addEventSource(timer);
  }
  ~Fixture() {
    for (IOTimerEventSource* timer : timers) {
      timer->cancelTimeout();
      loop->removeEventSource(timer);
      timer->release();
    }
    loop->removeEventSource(interrupt);
    interrupt->release();
    loop->removeEventSource(gate);
    gate->release();
    ReleaseAndJoin(loop);
    owner->release();
  }

  // Runs `body` on four threads and waits until they have done.
  template <typename Body>
  void OnFourThreads(Body body) {
    std::vector<kernel::Thread*> threads;
    for (int i = 0; i < 4; ++i) threads.push_back(StartClient([&body, i] { body(i); }));
    for (kernel::Thread* thread : threads) kernel::ThreadJoin(thread);
  }

  ParallelOwner* const owner = OSTypeAlloc(ParallelOwner);
  IOWorkLoop* const loop = IOWorkLoop::workLoop();
  IOCommandGate* const gate = IOCommandGate::commandGate(owner);
  IOInterruptEventSource* const interrupt =
      IOInterruptEventSource::interruptEventSource(owner, &CountInterrupts);
  const std::array<IOTimerEventSource*, 3> timers = {
      IOTimerEventSource::timerEventSource(owner, &CountExpiry),
      IOTimerEventSource::timerEventSource(kIOTimerEventSourceOptionsPriorityWorkLoop, owner,
                                           &CountExpiry),
      IOTimerEventSource::timerEventSource(kIOTimerEventSourceOptionsAllowReenter, owner,
                                           &CountExpiry)};
};

}  // namespace

DRYDOCK_TEST(ParallelSources, ActionsOfGateAndLoopExcludeEachOther) {
  Fixture f;
  const int times = Times(5);
  std::atomic<int> attempted{0};
  f.OnFourThreads([&](int thread) {
    for (int i = 0; i < times; ++i) {
      switch ((i + thread) % 3) {
        case 0:
          f.gate->runAction(&CountRun);
          break;
        case 1:
          f.loop->runAction(&CountRun, f.owner);
          break;
        default:
          if (f.gate->attemptAction(&CountRun) == kIOReturnSuccess) ++attempted;
      }
    }
  });
  int asked = 0;
  for (int thread = 0; thread < 4; ++thread) {
    for (int i = 0; i < times; ++i) asked += (i + thread) % 3 != 2;
  }
  EXPECT_EQ(f.owner->runs, asked + attempted);
}

DRYDOCK_TEST(ParallelSources, NoSleeperInTheGateMissesItsWakeup) {
  Fixture f;
  const int times = Times(3);
  f.OnFourThreads([&](int thread) {
    for (int i = 0; i < times; ++i) {
      RunIn(f.gate, [&] {
        if (thread % 2 == 0) {
          ++f.owner->credit;
          f.gate->commandWakeup(&f.owner->credit, /*oneThread=*/true);
          return kIOReturnSuccess;
        }
        while (f.owner->credit == 0) {
          EXPECT_EQ(f.gate->commandSleep(&f.owner->credit, THREAD_UNINT), THREAD_AWAKENED);
        }
        --f.owner->credit;
        return kIOReturnSuccess;
      });
    }
  });
  EXPECT_EQ(f.owner->credit, 0);
}

DRYDOCK_TEST(ParallelSources, EveryInterruptIsDelivered) {
  Fixture f;
  const int times = Times(5);
  f.OnFourThreads([&](int) {
    for (int i = 0; i < times; ++i) {
      f.interrupt->interruptOccurred(nullptr, nullptr, 0);
      f.gate->runAction(&CountRun);
    }
  });
  WaitUntil([&] {
    return RunIn(f.gate, [&] {
             return f.owner->interrupts == 4 * times ? kIOReturnSuccess : kIOReturnBusy;
           }) == kIOReturnSuccess;
  });
  EXPECT_EQ(f.owner->runs, 4 * times);
}

DRYDOCK_TEST(ParallelSources, TimersAreSetAndCancelledByAllAndFireNoMore) {
  Fixture f;
  const int times = Times(3);
  f.OnFourThreads([&](int thread) {
    for (int i = 0; i < times; ++i) {
      IOTimerEventSource* const timer = f.timers[static_cast<size_t>(i + thread) % 3];
      timer->setTimeoutUS(static_cast<UInt32>(i % 4));
      f.gate->runAction(&CountRun);
      if (i % 2 == 1) timer->cancelTimeout();
      if (i % 5 == 4) {
        timer->disable();
        timer->enable();
      }
    }
  });
  int expired = 0;
  RunIn(f.gate, [&] {
    for (IOTimerEventSource* timer : f.timers) timer->cancelTimeout();
    expired = f.owner->expiries;
    return kIOReturnSuccess;
  });
  kernel::Sleep(100 * kernel::kMicrosecond);
  RunIn(f.gate, [&] {
    EXPECT_EQ(f.owner->expiries, expired);
    return kIOReturnSuccess;
  });
}

DRYDOCK_TEST(ParallelSources, SourcesComeAndGoWhileOthersAreUsed) {
  Fixture f;
  const int times = Times(2);
  f.OnFourThreads([&](int thread) {
    for (int i = 0; i < times; ++i) {
      if (thread == 0) {
        IOCommandGate* const guest = IOCommandGate::commandGate(f.owner);
        f.loop->addEventSource(guest);
        EXPECT_EQ(guest->runAction(&CountRun), kIOReturnSuccess);
        f.loop->removeEventSource(guest);
        guest->release();
      } else if (thread == 1) {
        RunIn(f.gate, [&] {
          f.gate->disable();
          return kIOReturnSuccess;
        });
        f.gate->enable();
      } else {
        EXPECT_EQ(f.gate->runAction(&CountRun), kIOReturnSuccess);
        f.interrupt->interruptOccurred(nullptr, nullptr, 0);
      }
    }
  });
  RunIn(f.loop, [&] {
    EXPECT_EQ(f.owner->runs, 3 * times);
    return kIOReturnSuccess;
  });
}

}  // namespace drydock
