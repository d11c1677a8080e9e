// tests/workloop/fixtures.h
//
// What tests of work loops and event sources have in common.
#ifndef DRYDOCK_TESTS_WORKLOOP_FIXTURES_H_
#define DRYDOCK_TESTS_WORKLOOP_FIXTURES_H_

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <IOKit/IOEventSource.h>
#include <IOKit/IOWorkLoop.h>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "trace/observer.h"

namespace drydock {

// Blocks the calling thread until `condition` holds. Fails the test if that takes ten virtual
// seconds.
template <typename Condition>
void WaitUntil(Condition condition) {
  const kernel::Time deadline = kernel::Now() + 10 * kernel::kSecond;
  for (kernel::Time pause = kernel::kMicrosecond; !condition();
       pause = std::min(2 * pause, 10 * kernel::kMillisecond)) {
    if (kernel::Now() > deadline) {
      ADD_FAILURE() << "waited ten seconds in vain";
      return;
    }
    kernel::Sleep(pause);
  }
}

// Runs `body` on a thread of its own.
kernel::Thread* StartClient(std::function<void()> body);

// An action that calls the std::function<IOReturn()> its first argument points to.
IOReturn CallFunction(OSObject* owner, void* function, void*, void*, void*);

// Runs `body` as an action of `gate`, a command gate or work loop.
template <typename Gate>
IOReturn RunIn(Gate* gate, std::function<IOReturn()> body) {
  if constexpr (std::is_base_of_v<IOWorkLoop, Gate>) {
    return gate->runAction(&CallFunction, nullptr, &body);
  } else {
    return gate->runAction(&CallFunction, &body);
  }
}

// For a test that keeps others waiting for a gate by sleeping in it.
void AllowSleepInGate();

// What was published that should not happen, and what advice was given.
class Findings : public trace::Observer {
 public:
  Findings() : watch_(this, {trace::EventKind::kMisuse, trace::EventKind::kAdvice}) {}
  void OnEvent(const trace::Event& event) override;

  // A finding that a test counts is one that it expects: it does not fail the test.
  int Count(absl::string_view finding) const;
  int Total() const { return static_cast<int>(misuses_.size()); }
  // How often that advice was given.
  int Advice(absl::string_view name) const;
  // The sentence of the latest finding or advice of that name.
  const std::string& sentence(const std::string& name) { return sentences_[name]; }

 private:
  std::vector<std::string> misuses_;
  std::vector<std::string> advice_;
  std::map<std::string, std::string> sentences_;
  trace::ScopedObserver watch_;
};

// Counts events of one kind, and keeps the last one.
class EventCount : public trace::Observer {
 public:
  explicit EventCount(trace::EventKind kind) : watch_(this, {kind}) {}
  void OnEvent(const trace::Event& event) override {
    ++count_;
    last_ = event;
  }
  int count() const { return count_; }
  const trace::Event& last() const { return last_; }

 private:
  int count_ = 0;
  trace::Event last_;
  trace::ScopedObserver watch_;
};

// The owner of event sources.
class TestOwner : public OSObject {
  OSDeclareDefaultStructors(TestOwner)

 public:
  static TestOwner* Make();
};

// A work loop that shows its protected side, and writes down in `*log` when its thread opens the
// gate: '|'.
class TestLoop : public IOWorkLoop {
  OSDeclareDefaultStructors(TestLoop)

 public:
  // Returns when the thread has finished its first scan, so that only signals make it scan again.
  static TestLoop* Make(std::string* log = nullptr);

  void openGate() override;
  using IOWorkLoop::closeGate;
  using IOWorkLoop::sleepGate;
  using IOWorkLoop::tryCloseGate;
  using IOWorkLoop::wakeupGate;

  bool runEventSources() override;

  IOReturn RunMaintenance(uintptr_t command, IOEventSource* source);
  uint64_t options() const { return reserved->options; }
  void set_options(IOOptionBits options) { reserved->options = options; }
  int sleepers() const { return static_cast<int>(reserved->sleepers); }
  uint64_t lock_interval() const { return reserved->lockInterval; }

 private:
  std::string* log_;
  int scans_;
};

// Drops the last reference to `loop` and waits until its thread has ended.
void ReleaseAndJoin(IOWorkLoop* loop);

// A source that is polled: writes its letter to `*log`, then calls `work`, if there is any.
class PolledSource : public IOEventSource {
  OSDeclareDefaultStructors(PolledSource)

 public:
  static PolledSource* Make(OSObject* owner, std::string* log, char letter,
                            std::function<bool()> work = nullptr);
  bool Init(OSObject* owner, std::string* log, char letter, std::function<bool()> work = nullptr);

  using IOEventSource::closeGate;
  using IOEventSource::openGate;
  using IOEventSource::signalWorkAvailable;
  using IOEventSource::sleepGate;
  using IOEventSource::tryCloseGate;
  using IOEventSource::wakeupGate;

 protected:
  bool checkForWork() override;

 private:
  std::string* log_;
  char letter_;
  std::function<bool()> work_;
};

}  // namespace drydock

#endif  // DRYDOCK_TESTS_WORKLOOP_FIXTURES_H_
