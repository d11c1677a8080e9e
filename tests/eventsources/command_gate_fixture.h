// tests/eventsources/command_gate_fixture.h
//
// A work loop with a command gate attached, and clients that are parked on it or sleep in it.
#ifndef DRYDOCK_TESTS_EVENTSOURCES_COMMAND_GATE_FIXTURE_H_
#define DRYDOCK_TESTS_EVENTSOURCES_COMMAND_GATE_FIXTURE_H_

#include <functional>

#include <IOKit/IOCommandGate.h>

#include "gtest/gtest.h"
#include "scheduler/kernel/thread.h"
#include "tests/workloop/fixtures.h"

namespace drydock {

// A command gate that tells how many callers are parked on it.
class TestGate : public IOCommandGate {
  OSDeclareDefaultStructors(TestGate)

 public:
  int parked() const { return static_cast<int>(reserved->parked); }
};

// An action whose value is 42.
IOReturn Answer42(OSObject*, void*, void*, void*, void*);

// A loop with a gate attached; both go at the end, if the test has not let go of them.
struct LoopWithGate {
  TestOwner* owner = TestOwner::Make();
  TestLoop* loop = TestLoop::Make();
  TestGate* gate = new TestGate;

  explicit LoopWithGate(IOCommandGate::Action action = nullptr) {
    EXPECT_TRUE(gate->init(owner, action));
    EXPECT_EQ(loop->addEventSource(gate), kIOReturnSuccess);
  }
  ~LoopWithGate() {
    if (loop != nullptr) ReleaseAndJoin(loop);
    gate->release();
    owner->release();
  }

  IOReturn Attempt(std::function<IOReturn()> body) {
    return gate->attemptAction(&CallFunction, &body);
  }
  // The same when another thread may be on its way out of the gate: again, until it is free.
  IOReturn AttemptWhenFree(std::function<IOReturn()> body) {
    IOReturn result = kIOReturnCannotLock;
    WaitUntil([&] { return (result = Attempt(body)) != kIOReturnCannotLock; });
    return result;
  }
  void Disable() {
    RunIn(loop, [&] {
      gate->disable();
      return kIOReturnSuccess;
    });
  }
  // Starts a client that runs an action which returns 42, and waits until it is parked as the
  // `nth`.
  kernel::Thread* StartParkedClient(IOReturn* result, int nth = 1) {
    kernel::Thread* client = StartClient([this, result] { *result = gate->runAction(&Answer42); });
    WaitUntil([&] { return gate->parked() == nth; });
    return client;
  }
  // Starts a client whose action sleeps on `event` and then returns 42, and waits until it sleeps
  // as the `nth`.
  kernel::Thread* StartSleepingClient(void* event, IOReturn* result, int nth = 1) {
    kernel::Thread* client = StartClient([this, event, result] {
      *result = RunIn(gate, [&] {
        EXPECT_EQ(gate->commandSleep(event, THREAD_UNINT), THREAD_AWAKENED);
        return 42;
      });
    });
    WaitUntil([&] { return loop->sleepers() == nth; });
    return client;
  }
};

}  // namespace drydock

#endif  // DRYDOCK_TESTS_EVENTSOURCES_COMMAND_GATE_FIXTURE_H_
