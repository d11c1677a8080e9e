// Random workloads over work loops, judged from the event stream: no two action routines of one
// work loop ever overlap, and no thread acts while a runnable one of higher priority has no CPU.
#include <IOKit/IOCommandGate.h>
#include <IOKit/IOInterruptEventSource.h>
#include <IOKit/IOTimerEventSource.h>
#include <IOKit/IOWorkLoop.h>

#include "explore/random_walk.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/prng.h"
#include "scheduler/simulation.h"
#include "trace/observer.h"
#include "verify/dispatch_checker.h"
#include "verify/gate_checker.h"

// Two work loops, each with a gate, a timer of either kind and a software interrupt source; a few
// threads of random priorities that run actions, sleep and wake in the gate, arm and cancel,
// signal.
class InvariantsOwner : public OSObject {
  OSDeclareDefaultStructors(InvariantsOwner)

 public:
  void Make(uint32_t timer_options) {
    loop = IOWorkLoop::workLoop();
    gate = IOCommandGate::commandGate(this);
    timer = IOTimerEventSource::timerEventSource(timer_options, this, &InvariantsOwner::TimerFired);
    source = IOInterruptEventSource::interruptEventSource(this, &InvariantsOwner::Interrupted);
    loop->addEventSource(gate);
    loop->addEventSource(timer);
    loop->addEventSource(source);
  }
  void Unmake() {
    timer->cancelTimeout();
    loop->removeEventSource(source);
    loop->removeEventSource(timer);
    loop->removeEventSource(gate);
    source->release();
    timer->release();
    gate->release();
    loop->release();
  }

  // The body of every action: nobody else may be in here.
  void Inside() {
    EXPECT_EQ(++inside, 1);
    drydock::kernel::Delay(2 * drydock::kernel::kMicrosecond);
    EXPECT_EQ(--inside, 0);
  }

  static IOReturn Act(OSObject *self, void *, void *, void *, void *) {
    static_cast<InvariantsOwner *>(self)->Inside();
    return kIOReturnSuccess;
  }
  static IOReturn SleepInside(OSObject *object, void *, void *, void *, void *) {
    auto *self = static_cast<InvariantsOwner *>(object);
    self->Inside();
    self->gate->commandSleep(
        &self->event, drydock::kernel::Now() + 20 * drydock::kernel::kMicrosecond, THREAD_UNINT);
    self->Inside();
    return kIOReturnSuccess;
  }
  static IOReturn Wake(OSObject *object, void *, void *, void *, void *) {
    auto *self = static_cast<InvariantsOwner *>(object);
    self->Inside();
    self->gate->commandWakeup(&self->event);
    return kIOReturnSuccess;
  }
  static void TimerFired(OSObject *self, IOTimerEventSource *) {
    static_cast<InvariantsOwner *>(self)->Inside();
  }
  static void Interrupted(OSObject *self, IOInterruptEventSource *, int) {
    static_cast<InvariantsOwner *>(self)->Inside();
  }

  IOWorkLoop *loop;
  IOCommandGate *gate;
  IOTimerEventSource *timer;
  IOInterruptEventSource *source;
  int inside;
  int event;
};

OSDefineMetaClassAndStructors(InvariantsOwner, OSObject)

namespace drydock {
namespace {

constexpr int kLoops = 2;
constexpr int kThreadsMax = 5;

void Work(InvariantsOwner **owners, uint64_t seed) {
  Prng prng(seed, "worker");
  for (int step = 0; step < 12; ++step) {
    InvariantsOwner *owner = owners[prng.Below(kLoops)];
    switch (prng.Below(8)) {
      case 0:
      case 1:
        owner->gate->runAction(&InvariantsOwner::Act);
        break;
      case 2:
        owner->gate->runAction(&InvariantsOwner::SleepInside);
        break;
      case 3:
        owner->gate->runAction(&InvariantsOwner::Wake);
        break;
      case 4:
        owner->timer->setTimeoutUS(static_cast<UInt32>(prng.Below(30)));
        break;
      case 5:
        owner->timer->cancelTimeout();
        break;
      case 6:
        owner->source->interruptOccurred(nullptr, nullptr, 0);
        break;
      case 7:
        owner->gate->attemptAction(&InvariantsOwner::Act);
        break;
    }
  }
}

void RandomWorkload(uint64_t seed) {
  Prng prng(seed, "workload");
  InvariantsOwner *owners[kLoops];
  for (InvariantsOwner *&owner : owners) {
    owner = OSTypeAlloc(InvariantsOwner);
    owner->Make(prng.Below(2) == 0 ? kIOTimerEventSourceOptionsPriorityWorkLoop
                                   : kIOTimerEventSourceOptionsDefault);
  }
  kernel::Thread *threads[kThreadsMax];
  const uint64_t count = 2 + prng.Below(kThreadsMax - 1);
  for (uint64_t i = 0; i < count; ++i) {
    const int priority = static_cast<int>(20 + prng.Below(80));
    threads[i] = kernel::ThreadStart({.name = "worker", .priority = priority},
                                     [&owners, own = prng.Next()] { Work(owners, own); });
  }
  for (uint64_t i = 0; i < count; ++i) kernel::ThreadJoin(threads[i]);
  kernel::Sleep(kernel::kMillisecond);
  for (InvariantsOwner *owner : owners) {
    owner->Unmake();
    owner->release();
  }
}

TEST(Invariants, ActionsNeverOverlapAndPrioritiesBind) {
  uint64_t actions = 0, checks = 0;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    GateChecker gates;
    DispatchChecker dispatch;
    trace::ScopedObserver watching_gates(&gates), watching_dispatch(&dispatch);
    TimedStrategy timed;
    RandomWalk random(seed);
    Strategy *strategy = seed % 4 == 0 ? static_cast<Strategy *>(&timed) : &random;
    MachineOptions options;
    options.cpus = static_cast<int>(1 + seed % 4);
    const Outcome outcome = Simulation(options, strategy).Run([seed] { RandomWorkload(seed); });
    ASSERT_TRUE(outcome.ok()) << "seed " << seed << ": " << outcome.text;
    ASSERT_TRUE(gates.findings().empty()) << "seed " << seed << ": " << gates.findings()[0];
    ASSERT_TRUE(dispatch.findings().empty()) << "seed " << seed << ": " << dispatch.findings()[0];
    actions += gates.actions();
    checks += dispatch.checks();
  }
  EXPECT_GT(actions, 5000u);
  EXPECT_GT(checks, 100000u);
}

}  // namespace
}  // namespace drydock
