// tests/runner/fixtures.h
//
// What the tests of device runners share: a test of both runners, a service, threads, and a way to
// keep a runner busy.
#ifndef DRYDOCK_TESTS_RUNNER_FIXTURES_H_
#define DRYDOCK_TESTS_RUNNER_FIXTURES_H_

#include <atomic>
#include <functional>
#include <vector>

#include "gmock/gmock.h"
#include "runner/device_handle.h"
#include "runner/device_registry.h"
#include "runner/device_runner.h"
#include "runner/mutex_runner.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drydock_test.h"

namespace drydock {

// A test of both runners, as `Runner`: the ring, and the plain one, which must do the same.
#define BOTH_RUNNERS(Situation)                                                   \
  template <typename Runner>                                                      \
  void Situation();                                                               \
  DRYDOCK_TEST(DeviceRunner, Situation) { Situation<::drydock::DeviceRunner>(); } \
  DRYDOCK_TEST(MutexRunner, Situation) { Situation<::drydock::MutexRunner>(); }   \
  template <typename Runner>                                                      \
  void Situation()

// A service: the device's state, or some of it.
struct Log {
  std::vector<int> entries;
};

// A service without state.
struct Nothing {};

// Starts threads that call `body(0)`, `body(1)`, ….
inline std::vector<kernel::Thread*> StartThreads(int count, const std::function<void(int)>& body) {
  std::vector<kernel::Thread*> threads;
  for (int i = 0; i < count; ++i) {
    threads.push_back(kernel::ThreadStart({.name = "producer"}, [body, i] { body(i); }));
  }
  return threads;
}

inline void JoinAll(const std::vector<kernel::Thread*>& threads) {
  for (kernel::Thread* thread : threads) kernel::ThreadJoin(thread);
}

// Keeps the runner busy from its construction to Open().
template <typename Runner>
class Barrier {
 public:
  explicit Barrier(Runner* runner) {
    const DeviceHandle<Nothing, Runner> device(runner);
    const auto wait = [this](Nothing&) {
      reached_ = true;
      while (!open_) kernel::Sleep(kernel::kMicrosecond);
      left_ = true;
    };
    EXPECT_TRUE(device.Submit(wait).ok());
    while (!reached_) kernel::Sleep(kernel::kMicrosecond);
  }
  ~Barrier() { Open(); }
  void Open() {
    open_ = true;
    while (!left_) kernel::Sleep(kernel::kMicrosecond);
  }

 private:
  std::atomic<bool> reached_{false};
  std::atomic<bool> open_{false};
  std::atomic<bool> left_{false};
};

}  // namespace drydock

#endif  // DRYDOCK_TESTS_RUNNER_FIXTURES_H_
