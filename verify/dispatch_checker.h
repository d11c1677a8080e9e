// verify/dispatch_checker.h
//
// Checks the dispatcher's invariant from the event stream alone: no thread does anything while a
// runnable thread of higher priority has no CPU. Exempt are those that cannot be preempted: who
// holds a spin lock; who runs kernel code, unless an urgent thread is queued; and who runs in real
// time from those who do too, which go by deadlines. (workloop.md 7.5; modern profile)
#ifndef DRYDOCK_VERIFY_DISPATCH_CHECKER_H_
#define DRYDOCK_VERIFY_DISPATCH_CHECKER_H_

#include <array>
#include <string>
#include <vector>

#include "trace/observer.h"

namespace drydock {

class DispatchChecker : public trace::Observer {
 public:
  void OnEvent(const trace::Event& event) override;

  // One sentence per breach.
  const std::vector<std::string>& findings() const { return findings_; }
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
  std::vector<std::string> findings_;
  uint64_t checks_ = 0;
};

}  // namespace drydock

#endif  // DRYDOCK_VERIFY_DISPATCH_CHECKER_H_
