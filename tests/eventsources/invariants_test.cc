// Random operations on work loops and their sources, from several threads and from within actions,
// under random schedules; judged from the event stream and from counters:
//
//   - no two actions of one work loop overlap;
//   - no wakeup is lost: what was produced for sleepers in the gate is consumed;
//   - no action or filter begins after its source was removed;
//   - nothing is called on a freed object;
//   - the interrupts that came are those that actions were told of;
//   - no thread acts while a runnable one of higher priority has no CPU.
//
// Everything a worker does is allowed, so any finding of the kernel's fails too.
#include <functional>
#include <iterator>
#include <vector>

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
#include "tests/eventsources/fake_provider.h"
#include "tests/workloop/fixtures.h"
#include "trace/digest.h"
#include "trace/observer.h"
#include "verify/dispatch_checker.h"
#include "verify/gate_checker.h"
#include "verify/source_checker.h"
#include "verify/watch.h"

namespace drydock {

// An interrupt source that counts by itself what came and what its action was told of.
class CountedInterruptSource : public IOInterruptEventSource {
  OSDeclareDefaultStructors(CountedInterruptSource)

 public:
  void normalInterruptOccurred(void* refcon, IOService* nub, int index) override {
    ++occurred_;
    IOInterruptEventSource::normalInterruptOccurred(refcon, nub, index);
  }
  void disableInterruptOccurred(void* refcon, IOService* nub, int index) override {
    ++occurred_;
    IOInterruptEventSource::disableInterruptOccurred(refcon, nub, index);
  }
  void NoteDelivered(int count) { delivered_ += count; }

  int64_t occurred() const { return occurred_; }
  int64_t delivered() const { return delivered_; }
  int64_t pending() const { return static_cast<int>(producerCount - consumerCount); }

 private:
  int64_t occurred_;
  int64_t delivered_;
};
OSDefineMetaClassAndStructors(CountedInterruptSource, IOInterruptEventSource)

namespace {

using kernel::kMicrosecond;
using kernel::kMillisecond;

constexpr int kWorkersMax = 5;
constexpr int kSteps = 12;

// A work loop, its sources, and what may be done with them.
class World {
 public:
  // With a source of the interrupts of `provider`, if there is one.
  World(uint64_t seed, FakeProvider* provider)
      : prng_(seed, "world"), provider_(provider), owner_(TestOwner::Make()) {
    loop_ = IOWorkLoop::workLoop();
    thread_ = loop_->getThread();
    moving_gate_ = IOCommandGate::commandGate(owner_);
    fixed_gate_ = IOCommandGate::commandGate(owner_);
    const uint32_t kinds[] = {
        kIOTimerEventSourceOptionsDefault, kIOTimerEventSourceOptionsPriorityWorkLoop,
        kIOTimerEventSourceOptionsPriorityUser | kIOTimerEventSourceOptionsAllowReenter};
    for (const uint32_t kind : kinds) {
      timers_.push_back(IOTimerEventSource::timerEventSource(kind, owner_, &Fired));
      timers_.back()->setRefcon(this);
    }
    software_ = MakeInterruptSource(nullptr);
    interrupts_ = {software_};
    if (provider != nullptr) interrupts_.push_back(MakeInterruptSource(provider));
    sources_ = {moving_gate_, fixed_gate_};
    sources_.insert(sources_.end(), timers_.begin(), timers_.end());
    sources_.insert(sources_.end(), interrupts_.begin(), interrupts_.end());
    for (IOEventSource* source : sources_) loop_->addEventSource(source);
    for (IOInterruptEventSource* source : interrupts_) source->enable();
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // References to all there is, for one user of it.
  void Retain() {
    loop_->retain();
    for (IOEventSource* source : sources_) source->retain();
  }
  // The loop may go; `in_gate` says from where.
  void Release(bool in_gate) {
    const auto release = [this] {
      loop_->release();
      return kIOReturnSuccess;
    };
    if (in_gate) {
      RunIn(loop_, release);
    } else {
      release();
    }
    for (IOEventSource* source : sources_) source->release();
  }
  // Waits for the end of the loop, of which the caller holds no reference.
  void Join() {
    kernel::ThreadJoin(thread_);
    owner_->release();
  }

  // Something a driver may do without the gate. `others` are the threads that may be aborted.
  void Step(Prng* prng, const std::vector<kernel::Thread*>& others) {
    switch (prng->Below(8)) {
      case 0:
        if (provider_ != nullptr) provider_->Raise();
        break;
      case 1:
        Act(prng, moving_gate_, prng->Below(2) == 0);
        break;
      case 2:
        Act(prng, fixed_gate_, prng->Below(2) == 0);
        break;
      case 3:
        RunIn(loop_, [&] { return Inside(prng); });
        break;
      case 4:
        if (prng->Below(4) == 0) {
          kernel::ThreadAbort(others[prng->Below(others.size())], prng->Below(2) == 0);
        }
        break;
      default:
        Change(prng);
        break;
    }
  }

  // Takes what is produced, until the world is closed.
  void Consume() {
    bool more = true;
    while (more) {
      RunIn(fixed_gate_, [&] {
        while (tokens_ == 0 && !closing_) fixed_gate_->commandSleep(&tokens_, THREAD_UNINT);
        if (tokens_ > 0) --tokens_;
        more = !closing_;
        return kIOReturnSuccess;
      });
    }
  }
  // With no producer left: sees to it that everything is consumed, and sends the consumers away.
  void Close() {
    RunIn(fixed_gate_, [&] {
      for (int round = 0; tokens_ > 0 && round < 10'000; ++round) {
        fixed_gate_->commandSleep(this, kernel::Now() + 10 * kMicrosecond, THREAD_UNINT);
      }
      EXPECT_EQ(tokens_, 0) << "a wakeup was lost: there is a token for the sleeper";
      closing_ = true;
      fixed_gate_->commandWakeup(&tokens_);
      // Actions of timers hold no references to what they use.
      for (int round = 0; depth_ > 0 && round < 10'000; ++round) {
        fixed_gate_->commandSleep(this, kernel::Now() + 10 * kMicrosecond, THREAD_UNINT);
      }
      EXPECT_EQ(depth_, 0) << "an action does not come to its end";
      return kIOReturnSuccess;
    });
  }
  // Sees to it that what has been counted is delivered.
  void DeliverInterrupts() {
    RunIn(loop_, [&] {
      for (CountedInterruptSource* source : interrupts_) {
        loop_->addEventSource(source);
        source->enable();
        source->interruptOccurred(nullptr, nullptr, 0);
      }
      return kIOReturnSuccess;
    });
    for (CountedInterruptSource* source : interrupts_) {
      WaitUntil([&] { return source->pending() == 0; });
    }
  }
  // In the gate, so that no action is under way, and with no handler either.
  void CheckInterruptCounts() {
    InGate([this] {
      for (CountedInterruptSource* source : interrupts_) {
        source->disable();
        EXPECT_EQ(source->delivered() + source->pending(), source->occurred());
      }
    });
  }

 private:
  CountedInterruptSource* MakeInterruptSource(FakeProvider* provider) {
    auto* source = new CountedInterruptSource;
    EXPECT_TRUE(
        source->init(owner_, &Interrupted, provider != nullptr ? provider->service() : nullptr, 0));
    source->setRefcon(this);
    return source;
  }

  static void Fired(OSObject*, IOTimerEventSource* sender) {
    auto* self = static_cast<World*>(sender->getRefcon());
    self->Inside(&self->prng_);
  }
  static void Interrupted(OSObject*, IOInterruptEventSource* sender, int count) {
    auto* self = static_cast<World*>(sender->getRefcon());
    static_cast<CountedInterruptSource*>(sender)->NoteDelivered(count);
    if (sender->getAutoDisable()) self->provider_->Lower();
    self->Inside(&self->prng_);
  }

  void Act(Prng* prng, IOCommandGate* gate, bool attempt) {
    std::function<IOReturn()> body = [&] { return Inside(prng); };
    const IOReturn result =
        attempt ? gate->attemptAction(&CallFunction, &body) : gate->runAction(&CallFunction, &body);
    EXPECT_TRUE(result == kIOReturnSuccess || result == kIOReturnNotReady ||
                result == (attempt ? kIOReturnCannotLock : kIOReturnAborted) ||
                (attempt && result == kIOReturnNotPermitted))
        << std::hex << result;
  }

  // The body of every action.
  IOReturn Inside(Prng* prng) {
    ComputeAlone();
    if (!closing_ && depth_ < 4 && prng->Below(2) == 0) {
      ++depth_;
      StepInside(prng);
      --depth_;
    }
    ComputeAlone();
    return kIOReturnSuccess;
  }
  // No other thread may be in here.
  void ComputeAlone() {
    EXPECT_EQ(++inside_, 1) << "two actions overlap";
    kernel::Delay(kMicrosecond);
    EXPECT_EQ(--inside_, 0) << "two actions overlap";
  }

  // Something a driver may do in an action.
  void StepInside(Prng* prng) {
    switch (prng->Below(8)) {
      case 0: {
        const kernel::Time deadline = kernel::Now() + prng->Below(20) * kMicrosecond;
        const UInt32 interruptible = prng->Below(2) == 0 ? THREAD_UNINT : THREAD_ABORTSAFE;
        fixed_gate_->commandSleep(&event_, AbsoluteTime{deadline}, interruptible);
        break;
      }
      case 1:
        fixed_gate_->commandWakeup(&event_, prng->Below(2) == 0);
        break;
      case 2:
        Act(prng, moving_gate_, prng->Below(2) == 0);
        break;
      case 3:
        Act(prng, fixed_gate_, prng->Below(2) == 0);
        break;
      case 4:
        ++tokens_;
        fixed_gate_->commandWakeup(&tokens_, /*oneThread=*/true);
        break;
      default:
        Change(prng);
        break;
    }
  }

  // Something a driver may do in the gate or not.
  void Change(Prng* prng) {
    IOTimerEventSource* timer = timers_[prng->Below(timers_.size())];
    switch (prng->Below(8)) {
      case 0: {
        const IOReturn result = loop_->removeEventSource(Movable(prng));
        EXPECT_TRUE(result == kIOReturnSuccess || result == kIOReturnBadArgument) << result;
        break;
      }
      case 1: {
        IOEventSource* source = Movable(prng);
        EXPECT_EQ(loop_->addEventSource(source), kIOReturnSuccess);
        EnableAttached(source);
        break;
      }
      case 2:
        // Callers are parked meanwhile.
        InGate([&] { fixed_gate_->disable(); });
        kernel::Delay(prng->Below(10) * kMicrosecond);
        fixed_gate_->enable();
        break;
      case 3:
        timer->setTimeoutUS(static_cast<UInt32>(prng->Below(30)));
        break;
      case 4:
        timer->cancelTimeout();
        break;
      case 5:
        // Enabled while detached, a timer that another thread is just setting would fire.
        timer->disable();
        EnableAttached(timer);
        break;
      case 6:
        InGate([&] {
          if (software_->getWorkLoop() != nullptr) {
            software_->interruptOccurred(nullptr, nullptr, 0);
          }
        });
        break;
      case 7:
        if (prng->Below(2) == 0) {
          InGate([&] { loop_->disableAllInterrupts(); });
        }
        InGate([&] { loop_->enableAllInterrupts(); });
        break;
    }
  }
  IOEventSource* Movable(Prng* prng) {
    const size_t index = prng->Below(sources_.size() - 1);
    return index == 0 ? moving_gate_ : sources_[index + 1];
  }
  void EnableAttached(IOEventSource* source) {
    InGate([&] {
      if (source->getWorkLoop() != nullptr) source->enable();
    });
  }
  void InGate(const std::function<void()>& body) {
    RunIn(loop_, [&] {
      body();
      return kIOReturnSuccess;
    });
  }

  Prng prng_;  // of the actions of sources
  FakeProvider* const provider_;
  TestOwner* const owner_;
  IOWorkLoop* loop_;
  kernel::Thread* thread_;
  IOCommandGate* moving_gate_;  // is removed and added, and never disabled but by that
  IOCommandGate* fixed_gate_;   // is disabled and enabled, and never removed
  std::vector<IOTimerEventSource*> timers_;
  CountedInterruptSource* software_;
  std::vector<CountedInterruptSource*> interrupts_;
  std::vector<IOEventSource*> sources_;  // all of these

  int inside_ = 0;
  int depth_ = 0;
  int event_ = 0;   // slept on for a while
  int tokens_ = 0;  // slept on until there are some
  bool closing_ = false;
};

void RandomWorkload(uint64_t seed) {
  Prng prng(seed, "workload");
  FakeProvider provider(prng.Below(2) == 0 ? kIOInterruptTypeEdge : kIOInterruptTypeLevel);
  World first(prng.Next(), &provider);
  World second(prng.Next(), nullptr);
  World* const worlds[] = {&first, &second};

  std::vector<kernel::Thread*> consumers;
  for (World* world : worlds) {
    for (uint64_t i = prng.Below(3); i > 0; --i) {
      world->Retain();
      consumers.push_back(StartClient([world] {
        world->Consume();
        world->Release(/*in_gate=*/false);
      }));
    }
    // A consumer must take what is produced.
    world->Retain();
    consumers.push_back(StartClient([world] {
      world->Consume();
      world->Release(/*in_gate=*/true);
    }));
  }
  std::vector<kernel::Thread*> workers(2 + prng.Below(kWorkersMax - 1));
  bool all_started = false;
  for (kernel::Thread*& worker : workers) {
    for (World* world : worlds) world->Retain();
    constexpr int kPriorities[] = {4, 20, 31, 47, 63, 81, 92, 93, 97};
    const int priority = kPriorities[prng.Below(std::size(kPriorities))];
    worker = kernel::ThreadStart({.name = "worker", .priority = priority}, [&, own = prng.Next()] {
      Prng choices(own, "worker");
      for (int step = 0; step < kSteps; ++step) {
        const std::vector<kernel::Thread*> self = {kernel::CurrentThread()};
        worlds[choices.Below(2)]->Step(&choices, all_started ? workers : self);
      }
      for (World* world : worlds) world->Release(choices.Below(2) == 0);
    });
  }
  all_started = true;
  for (kernel::Thread* worker : workers) kernel::ThreadJoin(worker);

  for (World* world : worlds) {
    world->Close();
    world->DeliverInterrupts();
    world->CheckInterruptCounts();
    world->Release(/*in_gate=*/prng.Below(2) == 0);
  }
  for (kernel::Thread* consumer : consumers) kernel::ThreadJoin(consumer);
  for (World* world : worlds) world->Join();
}

// What was seen of all the runs together.
struct Seen {
  uint64_t actions = 0;
  uint64_t removals = 0;
  uint64_t checks = 0;
};

// Returns the digest of the run's events.
uint64_t RunOnce(uint64_t seed, Seen* seen) {
  const verify::Watching<verify::GateChecker> gates;
  const verify::Watching<verify::SourceChecker> sources;
  const verify::Watching<verify::DispatchChecker> dispatch;
  trace::Digest digest;
  const trace::ScopedObserver digesting(&digest);
  TimedStrategy timed;
  RandomWalk random(seed);
  Strategy* strategy = seed % 4 == 0 ? static_cast<Strategy*>(&timed) : &random;
  MachineOptions options;
  options.cpus = static_cast<int>(1 + seed % 3);
  const Outcome outcome = Simulation(options, strategy).Run([seed] { RandomWorkload(seed); });
  EXPECT_TRUE(outcome.ok()) << OutcomeName(outcome.kind) << ": " << outcome.text;
  for (const BlockedThread& thread : outcome.blocked) {
    ADD_FAILURE() << thread.name << " " << thread.reason;
  }
  for (const Finding& finding : outcome.findings) {
    ADD_FAILURE() << finding.name << ": " << finding.sentence;
  }
  seen->actions += gates.actions();
  seen->removals += sources.removals();
  seen->checks += dispatch.checks();
  return digest.value();
}

TEST(Invariants, HoldUnderRandomOperationsAndSchedules) {
  Seen seen;
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    const uint64_t digest = RunOnce(seed, &seen);
    if (seed % 50 == 0) {
      EXPECT_EQ(RunOnce(seed, &seen), digest) << "the run is not deterministic";
    }
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
  EXPECT_GT(seen.actions, 100'000u);
  EXPECT_GT(seen.removals, 5'000u);
  EXPECT_GT(seen.checks, 1'000'000u);
}

}  // namespace
}  // namespace drydock
