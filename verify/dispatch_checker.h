// verify/dispatch_checker.h
//
// Checks the dispatcher's invariant: no thread does anything while a runnable thread of higher
// priority has no CPU. The finding `dispatch-by-priority`. Exempt are threads that cannot be
// preempted: one that holds a spin lock; one that runs kernel code, unless an urgent thread is
// queued; and real-time threads among each other, which go by deadlines. (workloop.md 7.5; modern
// profile)
//
// It checks Drydock, not a driver, and is attached by Drydock's own tests.
#ifndef DRYDOCK_VERIFY_DISPATCH_CHECKER_H_
#define DRYDOCK_VERIFY_DISPATCH_CHECKER_H_

#include <array>
#include <cstdint>
#include <vector>

#include "verify/checker.h"

namespace drydock::verify {

class DispatchChecker : public Checker {
 public:
  trace::EventKinds Kinds() const override { return trace::EventKinds::All(); }
  void OnEvent(const trace::Event& event) override;

  // How many events were checked.
  uint64_t checks() const { return checks_; }

 private:
  struct ThreadState {
    int priority = 0;
    bool queued = false;  // runnable without a CPU
    int spin_locks = 0;
    bool user_mode = false;
  };

  ThreadState& StateOf(trace::ThreadId thread) {
    if (thread >= threads_.size()) threads_.resize(thread + 1);
    return threads_[thread];
  }
  void Queue(trace::ThreadId thread, bool queued);
  void Check(const trace::Event& event);

  std::vector<ThreadState> threads_;
  std::array<int, 128> queued_ = {};  // how many threads of each priority are queued
  int queued_urgent_ = 0;
  uint64_t checks_ = 0;
};

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_DISPATCH_CHECKER_H_
