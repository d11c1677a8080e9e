// verify/deadline_checker.h
//
// Finds what came too late, in virtual time. The finding `missed-deadline`, once for each timer and
// thread (`drydock latency` tells what had the CPUs meanwhile):
//
//   * the action of a timer begins later after its time than that was ahead when the timer was set
//     (1 ms at least is granted);
//   * a thread that has a contract (a real-time thread of a scenario) was woken, and does not wait
//     again within its constraint.
//
// Only of runs at full speed: an exploring strategy holds CPUs up for as long as it likes.
#ifndef DRYDOCK_VERIFY_DEADLINE_CHECKER_H_
#define DRYDOCK_VERIFY_DEADLINE_CHECKER_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "verify/checker.h"

namespace drydock::verify {

// Of all threads of that name.
struct TimeContract {
  std::string thread;
  uint64_t constraint_ns = 0;  // from when it is woken until it waits again
};

class DeadlineChecker : public Checker {
 public:
  explicit DeadlineChecker(std::vector<TimeContract> contracts)
      : contracts_(std::move(contracts)) {}

  trace::EventKinds Kinds() const override;
  void OnEvent(const trace::Event& event) override;

  // Adds what it has found, if the run was at full speed: only the end tells.
  void Finish(RunEnd* end) override;

 private:
  struct Timer {
    uint64_t due_ns = 0;  // 0: it is not set
    uint64_t granted_ns = 0;
    bool reported = false;
  };
  struct Thread {
    const char* name = "";  // interned
    uint64_t constraint_ns = 0;
    uint64_t woken_ns = 0;
    bool works = false;  // since then
    bool reported = false;
  };

  Thread& ThreadOf(trace::ThreadId thread);
  void ThreadDone(Thread* thread, uint64_t now_ns, std::vector<Finding>* findings) const;

  std::vector<TimeContract> contracts_;
  absl::flat_hash_map<trace::ObjectId, Timer> timers_;
  std::vector<Thread> threads_;  // by id
  std::vector<Finding> findings_;
};

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_DEADLINE_CHECKER_H_
