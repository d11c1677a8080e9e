// verify/deadline_checker.h
//
// Finds what came too late, in virtual time. The finding `missed-deadline`, once for each timer and
// thread, with what was on the CPUs meanwhile left to `drydock latency`:
//
//   * the action of a timer begins later after its time than that was ahead when the timer was set
//     (1 ms at least is granted);
//   * a thread that has a contract (a real-time thread of a scenario) was woken, and does not wait
//     again within its constraint.
//
// Only of runs at full speed: an exploring strategy holds CPUs up for as long as it likes.
#ifndef DRYDOCK_VERIFY_DEADLINE_CHECKER_H_
#define DRYDOCK_VERIFY_DEADLINE_CHECKER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "scheduler/kernel/types.h"
#include "scheduler/simulation.h"
#include "trace/observer.h"

namespace drydock {

// Of all threads of that name.
struct TimeContract {
  std::string thread;
  kernel::Time constraint_ns = 0;  // from when it is woken until it waits again
};

class DeadlineChecker : public trace::Observer {
 public:
  // What it has to be shown, all of one run.
  static trace::EventKinds Kinds();

  void set_contracts(std::vector<TimeContract> contracts) { contracts_ = std::move(contracts); }

  void OnEvent(const trace::Event& event) override;

  // Adds what it has found. After the run.
  void Explain(Outcome* outcome) const;

 private:
  struct Timer {
    kernel::Time due_ns = 0;  // 0: it is not set
    kernel::Time granted_ns = 0;
    bool reported = false;
  };
  struct Thread {
    const char* name = "";  // interned
    kernel::Time constraint_ns = 0;
    kernel::Time woken_ns = 0;
    bool works = false;  // since then
    bool reported = false;
  };

  Thread& ThreadOf(trace::ThreadId thread);
  void ThreadDone(Thread* thread, kernel::Time now_ns, std::vector<Finding>* findings) const;

  std::vector<TimeContract> contracts_;
  absl::flat_hash_map<trace::ObjectId, Timer> timers_;
  std::vector<Thread> threads_;  // by id
  std::vector<Finding> findings_;
};

}  // namespace drydock

#endif  // DRYDOCK_VERIFY_DEADLINE_CHECKER_H_
