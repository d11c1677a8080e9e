// verify/wait_history.h
//
// Explains a thread that sleeps for ever: since when it has, and which thread woke the event that
// it sleeps for, when, from where, and how many threads that woke: just before it slept, when no
// thread waited (a lost wakeup: wakeups are not remembered); since then, but another thread; or
// never.
#ifndef DRYDOCK_VERIFY_WAIT_HISTORY_H_
#define DRYDOCK_VERIFY_WAIT_HISTORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "trace/facts.h"
#include "verify/checker.h"

namespace drydock::verify {

class WaitHistory : public Checker {
 public:
  trace::EventKinds Kinds() const override;
  void OnEvent(const trace::Event& event) override;

  // Says it of each thread that the run left blocked, as its first evidence.
  void Finish(RunEnd* end) override;

 private:
  struct Wakeup {
    trace::Context context = trace::Context::kOutside;
    trace::ThreadId thread = 0;
    std::string thread_name;
    uint64_t time_ns = 0;
    trace::StackId stack = 0;
    uint32_t woken = 0;
    uint64_t number = 0;  // 1, 2, 3 … of all wakeups; 0: there was none
  };
  struct Sleep {
    uint64_t event = 0;
    uint64_t since_ns = 0;
    uint64_t wakeup_before = 0;  // the number of the last wakeup of that event until then
  };

  Wakeup& LastWakeup(uint64_t event);
  Evidence Describe(const Sleep& sleep);

  std::vector<std::string> thread_names_;  // by id
  std::vector<Wakeup> last_wakeups_;       // by event
  std::vector<Sleep> sleeps_;              // by thread: the last
  uint64_t wakeups_ = 0;
};

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_WAIT_HISTORY_H_
